/** The name of everything that has no other, and the Service's. */
export const INSTALL_NAME = 'gatehouse'

/** What tells the pods of the policy server from others. */
export const POD_LABELS = { 'app.kubernetes.io/name': 'gatehouse', 'app.kubernetes.io/component': 'policy-server' }

/** Tells the objects that answer from those that ask, the webhook configurations, which have no component. */
export const INSTALL_LABELS = { ...POD_LABELS, 'app.kubernetes.io/managed-by': 'gatehouse' }

export interface Place {
  readonly name: string
  /** Absent for objects of the cluster. */
  readonly namespace?: string
}

/** The beginning of every object that is installed. */
export function head(apiVersion: string, kind: string, place: Place, labels: Readonly<Record<string, string>> = {}) {
  return { apiVersion, kind, metadata: { ...place, labels: { ...INSTALL_LABELS, ...labels } } }
}
