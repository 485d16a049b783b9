import { head, INSTALL_NAME, POD_LABELS } from './head.ts'

/** A node may be drained as long as somebody answers. Of a single pod it would never be. */
export function disruptionBudget(namespace: string, replicas: number): object[] {
  if (replicas < 2) return []
  return [
    {
      ...head('policy/v1', 'PodDisruptionBudget', { name: INSTALL_NAME, namespace }),
      spec: { minAvailable: 1, selector: { matchLabels: POD_LABELS } },
    },
  ]
}
