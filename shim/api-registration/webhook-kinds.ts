export const WEBHOOK_KINDS = ['validating', 'mutating'] as const

export type WebhookKind = (typeof WEBHOOK_KINDS)[number]

/** The path of all webhook configurations of a kind. */
export function collectionOf(kind: WebhookKind): string {
  return `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`
}
