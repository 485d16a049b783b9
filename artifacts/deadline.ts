import { GatehouseError } from '../util/errors.ts'

/** Does some work that ends, by failure, when its time is over or somebody's signal aborts. */
export async function withDeadline<T>(
  what: string,
  totalMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(totalMs)
  const either = AbortSignal.any(signal === undefined ? [late] : [late, signal])
  try {
    signal?.throwIfAborted()
    return await work(either)
  } catch (cause) {
    signal?.throwIfAborted()
    if (!late.aborted) throw cause
    throw new GatehouseError('ERR_ARTIFACT_FETCH', `${what} is not done after ${totalMs / 1000} s`, { cause })
  }
}
