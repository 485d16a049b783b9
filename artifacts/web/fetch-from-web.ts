import type { OnProgress } from '../fetch-options.ts'
import { type FetchedModule, toModule } from '../fetched-module.ts'
import { statusFailure } from '../http/failures.ts'
import { discard, readBody } from '../http/read-body.ts'
import { sendFollowing } from '../http/redirects.ts'
import { retry } from '../http/retry.ts'
import type { Transport } from '../http/transport.ts'
import type { WebReference } from '../reference.ts'

/** Gets a module from a web server, which is asked without credentials. */
export function fetchFromWeb(
  transport: Transport,
  { url: what }: WebReference,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: OnProgress | undefined },
): Promise<FetchedModule> {
  const { limits } = transport
  return retry(limits, signal, async () => {
    const answer = await sendFollowing(transport, { method: 'GET', url: new URL(what) }, signal)
    if (answer.status !== 200) {
      discard(answer)
      throw statusFailure(what, answer.status, answer.headers['retry-after'])
    }
    const announced = answer.headers['content-length']
    const total = announced === undefined ? {} : { total: Number(announced) }
    const onBytes = (done: number) => onProgress?.({ done, ...total })
    return toModule(what, await readBody(answer, { what, maxBytes: limits.moduleBytes, onBytes }))
  })
}
