import { NotDefined } from '../builtins/builtin.ts'
import { memberOf } from '../builtins/operands.ts'
import { fromJson } from '../values/from-json.ts'
import { isArray, RegoObject, type RegoValue } from '../values/value.ts'

/** The three parts of a JSON Web Token. https://www.rfc-editor.org/rfc/rfc7519 */
export interface Token {
  /** What is signed. */
  readonly signed: string
  readonly header: RegoObject
  readonly payload: Buffer
  readonly signature: Buffer
}

/** What a header says that matters to whoever verifies. */
export interface TokenHeader {
  readonly alg: string
  readonly kid: string
  readonly cty: string
  /** Members that must be understood, and are not. */
  readonly hasUnknownCritical: boolean
}

/** Takes a token apart. @throws NotDefined */
export function readToken(text: string): Token {
  const parts = text.split('.')
  const [header = '', payload = '', signature = ''] = parts
  if (parts.length !== 3) throw new NotDefined('a token has three parts')
  const decodedHeader = readObject(decodeBase64Url(header))
  if (memberOf(decodedHeader, 'enc') !== undefined) throw new NotDefined('an encrypted token')
  return {
    signed: `${header}.${payload}`,
    header: decodedHeader,
    payload: decodeBase64Url(payload),
    signature: decodeBase64Url(signature),
  }
}

/** `io.jwt.decode`: header, payload and the signature's digits, of the innermost token. */
export function decodeToken(text: string): RegoValue {
  const { header, payload, signature } = readToken(text)
  const cty = memberOf(header, 'cty')
  if (cty === 'JWT') return decodeToken(payload.toString().replace(/^["']+|["']+$/g, ''))
  return [header, readObject(payload), signature.toString('hex')]
}

const KNOWN = ['alg', 'kid', 'typ', 'cty', 'crit']

export function readHeader({ header }: Token): TokenHeader {
  const text = (name: string): string => {
    const value = memberOf(header, name) ?? ''
    return typeof value === 'string' ? value : refuse(`${name} must be a string`)
  }
  text('typ')
  const critical = memberOf(header, 'crit')
  if (critical !== undefined && !(isArray(critical) && critical.some((name) => typeof name === 'string')))
    refuse('crit must be a list of names')
  const unknown = header.entries.filter(([key]) => !KNOWN.includes(String(key)))
  const hasUnknownCritical = isArray(critical) && unknown.some(([key]) => critical.includes(key))
  return { alg: text('alg'), kid: text('kid'), cty: text('cty'), hasUnknownCritical }
}

/** JSON that is an object. @throws NotDefined */
export function readObject(bytes: Uint8Array): RegoObject {
  const value = fromJson(bytes)
  return value instanceof RegoObject ? value : refuse('no JSON object')
}

// With or without what fills up the last group.
function decodeBase64Url(text: string): Buffer {
  const bare = text.replace(/={1,2}$/, '')
  const isComplete = text === bare || text.length % 4 === 0
  if (!/^[A-Za-z0-9_-]*$/.test(bare) || bare.length % 4 === 1 || !isComplete) refuse('not base64url')
  return Buffer.from(bare, 'base64url')
}

function refuse(what: string): never {
  throw new NotDefined(what)
}
