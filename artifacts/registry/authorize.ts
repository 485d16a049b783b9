import { GatehouseError } from '../../util/errors.ts'
import { isRecord } from '../../util/record.ts'
import type { Credential } from '../credentials/credentials.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { statusFailure } from '../http/failures.ts'
import { discard, readBody } from '../http/read-body.ts'
import { checkDowngrade, sendFollowing } from '../http/redirects.ts'
import type { Transport } from '../http/transport.ts'
import { showForeign } from '../show-foreign.ts'
import { type Challenge, parseChallenges } from './challenge.ts'

const TOKEN_BYTES = 256 * 1024

/** What is wanted of a registry, as whom. */
export interface Access {
  /** `repository:kubewarden/policy:pull,push` */
  readonly scope: string
  readonly credential: Credential | undefined
}

/** The `Authorization` that a registry's 401 asks for; undefined when it offers no way that can be gone. */
export async function authorize(
  transport: Transport,
  refusal: HttpAnswer,
  access: Access,
  signal: AbortSignal,
): Promise<string | undefined> {
  const challenges = parseChallenges(refusal.headers['www-authenticate'] ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  if (bearer !== undefined) return `Bearer ${await fetchToken(transport, refusal.url, bearer, { access, signal })}`
  const isBasic = challenges.some(({ scheme }) => scheme === 'basic')
  return isBasic && access.credential !== undefined ? basic(access.credential) : undefined
}

// https://distribution.github.io/distribution/spec/auth/token/
async function fetchToken(
  transport: Transport,
  registry: URL,
  challenge: Challenge,
  { access, signal }: { access: Access; signal: AbortSignal },
): Promise<string> {
  const url = tokenUrl(registry, challenge, access.scope)
  // our password goes there
  checkDowngrade(registry, url, transport)
  const headers = access.credential === undefined ? {} : { authorization: basic(access.credential) }
  const answer = await sendFollowing(transport, { method: 'GET', url, headers }, signal)
  const what = `the token server ${url.host} of ${registry.host}`
  if (answer.status !== 200) {
    discard(answer)
    throw statusFailure(what, answer.status, answer.headers['retry-after'])
  }
  return readToken(what, await readBody(answer, { what, maxBytes: TOKEN_BYTES }))
}

function tokenUrl(registry: URL, { parameters }: Challenge, scope: string): URL {
  const realm = parameters.get('realm') ?? ''
  const url = URL.parse(realm)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const message = `${registry.host} names "${showForeign(realm)}" as its token server; must be a URL`
    throw new GatehouseError('ERR_ARTIFACT_FETCH', message)
  }
  const service = parameters.get('service')
  if (service !== undefined) url.searchParams.set('service', service)
  for (const wanted of scopesOf(parameters.get('scope'), scope)) url.searchParams.append('scope', wanted)
  return url
}

// A registry behind another name may know the repository by a name of its own, so what it asks for is asked for too.
function scopesOf(asked: string | undefined, own: string): string[] {
  const resource = own.slice(0, own.lastIndexOf(':') + 1)
  const others = (asked ?? '').split(' ').filter((scope) => scope !== '' && !scope.startsWith(resource))
  return [own, ...others]
}

function readToken(what: string, body: Uint8Array): string {
  const { token, access_token } = parseObject(body)
  const found = token ?? access_token
  if (typeof found === 'string' && /^[\x21-\x7e]+$/.test(found)) return found
  throw new GatehouseError('ERR_ARTIFACT_FETCH', `${what} answers without a token`)
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function basic({ username, password }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
