import { NotDefined } from '../builtins/builtin.ts'
import { memberOf } from '../builtins/operands.ts'
import { toObject } from '../values/collections.ts'
import { compareNumbers } from '../values/number.ts'
import { isArray, RegoNumber, type RegoObject, type RegoValue } from '../values/value.ts'
import { isAlgorithm, type Key, verifySignature } from './algorithms.ts'
import { readKeys, type VerificationKey } from './keys.ts'
import { readHeader, readObject, readToken, type Token, type TokenHeader } from './token.ts'

const NOTHING = toObject([])
const UNVERIFIED: RegoValue = [false, NOTHING, NOTHING]

/** `io.jwt.decode_verify`: whether signature and claims hold, and if so, header and payload. */
export function decodeVerify(text: string, given: RegoObject, now: bigint): RegoValue {
  const constraints = readConstraints(given, now)
  const token = verifyToken(text, constraints)
  if (token === undefined) return UNVERIFIED
  const payload = readObject(token.payload)
  return holds(payload, constraints) ? [true, token.header, payload] : UNVERIFIED
}

interface Constraints {
  readonly keys: readonly VerificationKey[]
  readonly alg: string
  readonly iss: string
  readonly aud: string
  /** In seconds. */
  readonly time: RegoNumber
}

const KNOWN = ['cert', 'secret', 'alg', 'iss', 'aud', 'time']

// Anything unknown is refused: it may be meant to forbid something.
function readConstraints(given: RegoObject, now: bigint): Constraints {
  if (!given.entries.every(([key]) => typeof key === 'string' && KNOWN.includes(key))) refuse('an unknown constraint')
  const text = (name: string): string => {
    const value = memberOf(given, name) ?? ''
    return typeof value === 'string' ? value : refuse(`${name} must be a string`)
  }
  const [cert, secret] = [memberOf(given, 'cert'), text('secret')]
  if ((cert === undefined) === (secret === '')) refuse('one of cert and secret must be given')
  const keys = secret === '' ? readKeys(text('cert')) : [{ key: Buffer.from(secret), alg: '', kid: '' }]
  const nanoseconds = memberOf(given, 'time') ?? RegoNumber.of(now)
  const time = nanoseconds instanceof RegoNumber ? Number(nanoseconds.text) : Number.NaN
  if (!(time >= 0)) refuse('time must be a number')
  return { keys, alg: text('alg'), iss: text('iss'), aud: text('aud'), time: RegoNumber.of(time / 1_000_000_000) }
}

// Of tokens within tokens, each must hold.
function verifyToken(text: string, constraints: Constraints): Token | undefined {
  const token = readToken(text)
  const header = readHeader(token)
  if (header.alg === '' || header.hasUnknownCritical) return undefined
  if (constraints.alg !== '' && constraints.alg !== header.alg) return undefined
  if (!isSigned(token, header, constraints)) return undefined
  return header.cty.toUpperCase() === 'JWT' ? verifyToken(token.payload.toString(), constraints) : token
}

function isSigned(token: Token, { alg, kid }: TokenHeader, { keys }: Constraints): boolean {
  if (!isAlgorithm(alg)) return false
  const named = kid === '' ? undefined : keys.find((key) => key.kid === kid)
  const candidates = named === undefined ? keys.filter((key) => key.alg === '' || key.alg === alg) : [named]
  return candidates.some(({ key }: { readonly key: Key }) => verifySignature(alg, key, token, 'of the hash'))
}

// https://www.rfc-editor.org/rfc/rfc7519#section-4.1
function holds(payload: RegoObject, { iss, aud, time }: Constraints): boolean {
  const claim = (name: string) => memberOf(payload, name)
  const numberOf = (name: string): RegoNumber | undefined => {
    const value = claim(name)
    return value === undefined || value instanceof RegoNumber ? value : refuse(`${name} must be a number`)
  }
  if (iss !== '' && claim('iss') !== iss) return false
  if (!isAudience(claim('aud'), aud)) return false
  const [expires, notBefore] = [numberOf('exp'), numberOf('nbf')]
  if (expires !== undefined && compareNumbers(time.text, expires.text) >= 0) return false
  return notBefore === undefined || compareNumbers(time.text, notBefore.text) >= 0
}

// A token for somebody is for nobody else, also if nobody is asked for.
function isAudience(found: RegoValue | undefined, wanted: string): boolean {
  if (found === undefined) return wanted === ''
  return isArray(found) ? found.includes(wanted) : found === wanted
}

function refuse(what: string): never {
  throw new NotDefined(what)
}
