import { ensureApiServer, ensureShim } from './members.ts'
import type { ClusterRecord } from './record.ts'

/**
 * Starts an API server and its shim unless they run. A shim that writes API objects comes after its API server, whose port is
 * certain only then; with static manifests, or where it is asked in frames, it comes first if even the first writes to an empty etcd are policed, since the
 * API server exits when they fail; otherwise both start at once.
 */
export async function startMember(record: ClusterRecord, number: number, signal?: AbortSignal): Promise<void> {
  const { webhooks, wasmPolicies, apiServer: kind } = record.state
  const startShim = () => ensureShim(record, number, signal)
  const startApiServer = () => ensureApiServer(record, number, signal)
  if (webhooks !== 'static' && kind !== 'in-process-to-shim') {
    await startApiServer()
    return startShim()
  }
  const shim = startShim()
  const isShimFirst = wasmPolicies?.defaultExclusions === false
  const apiServer = (isShimFirst ? shim : Promise.resolve()).then(startApiServer)
  // of both, even if one fails: nothing may start any more once the cleaning up has begun
  const failed = (await Promise.allSettled([shim, apiServer])).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
