import { toMicroTime } from '../../kube/lease/lease.ts'
import type { Denial, KubeEvent } from './denial.ts'

/** The API server's own limits. */
const MAX_NOTE_BYTES = 1024
const MAX_INSTANCE_LENGTH = 128

/** What tells of a denial. Events of objects of the cluster lie in `default`, as Kubernetes' own do. */
export function toEvent({ attributes, message }: Denial, instance: string, now: Date): KubeEvent {
  const { kind, operation, name, namespace: requested = '' } = attributes
  const isNamespace = kind.group === '' && kind.kind === 'Namespace'
  const namespace = isNamespace ? '' : requested
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: 'gatehouse-', namespace: namespace || 'default' },
    eventTime: toMicroTime(now),
    type: 'Warning',
    reason: 'PolicyDenied',
    action: operation,
    reportingController: 'gatehouse.internal/shim',
    reportingInstance: instance.slice(0, MAX_INSTANCE_LENGTH),
    regarding: {
      apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
      kind: kind.kind,
      ...(name && { name }),
      ...(namespace && { namespace }),
    },
    note: truncate(message),
  }
}

function truncate(text: string): string {
  if (Buffer.byteLength(text) <= MAX_NOTE_BYTES) return text
  const cut = Buffer.from(text)
    .subarray(0, MAX_NOTE_BYTES - 3)
    .toString('utf8')
  // a character that was cut in two
  return `${cut.replace(/\ufffd+$/, '')}…`
}
