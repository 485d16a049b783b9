import { GatehouseError } from '../../util/errors.ts'
import { showForeign } from '../show-foreign.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import { discard } from './read-body.ts'
import type { Transport } from './transport.ts'

const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Sends a request without a body, and follows redirects: with credentials only while the origin stays the same. */
export async function sendFollowing(
  transport: Transport,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  let asked = request
  for (let followed = 0; followed <= transport.limits.redirects; followed++) {
    const answer = await transport.send(asked, signal)
    if (!REDIRECTS.has(answer.status)) return answer
    discard(answer)
    const target = readLocation(answer)
    checkDowngrade(answer.url, target, transport)
    asked = { ...asked, url: target, headers: headersFor(target, answer.url, asked.headers) }
  }
  const message = `${request.url.href}: redirected more than ${transport.limits.redirects} times`
  throw new GatehouseError('ERR_ARTIFACT_FETCH', message)
}

/** Where an answer points to. @throws ERR_ARTIFACT_FETCH if it points nowhere */
export function readLocation({ url, headers, status }: HttpAnswer): URL {
  const target = URL.parse(headers.location ?? '', url.href)
  if (headers.location !== undefined && target !== null && /^https?:$/.test(target.protocol)) return target
  const message = `${url.href}: the server answers ${status} with a Location that is no URL: ${showForeign(headers.location ?? 'none')}`
  throw new GatehouseError('ERR_ARTIFACT_FETCH', message)
}

/** A server reached over HTTPS may not send us to plain HTTP, unless the operator trusts that host so. */
export function checkDowngrade(from: URL, to: URL, { sources }: Transport): void {
  if (from.protocol !== 'https:' || to.protocol === 'https:' || sources.isInsecure(to.host)) return
  throw new GatehouseError('ERR_ARTIFACT_FETCH', `${from.origin} points to ${to.origin}, which is not encrypted`, {
    hint: `If that is meant, list ${to.host} under insecure_sources in the sources file.`,
  })
}

/** The headers that may go on to another URL. */
export function headersFor(target: URL, from: URL, headers: HttpRequest['headers'] = {}): Record<string, string> {
  const { authorization, ...rest } = headers
  return authorization !== undefined && target.origin === from.origin ? { ...rest, authorization } : rest
}
