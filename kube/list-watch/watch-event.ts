import { isRecord } from '../../util/record.ts'
import type { KubeObject } from '../requests/kube-client.ts'

/** One line of a watch. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly status: number; readonly message: string }

/** Reads one line. @throws Error when it is no event */
export function parseWatchEvent(line: string): WatchEvent {
  const { type, object } = JSON.parse(line) as { type?: unknown; object?: unknown }
  if (!isRecord(object)) throw new Error('an event without an object')
  if (type === 'ERROR') {
    const { code, message } = object
    return { type, status: typeof code === 'number' ? code : 0, message: String(message) }
  }
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK')
    return { type, object: object as unknown as KubeObject }
  throw new Error(`an event of the unknown type ${JSON.stringify(type)}`)
}
