import { NotDefined } from '../builtins/builtin.ts'
import { memberOf } from '../builtins/operands.ts'
import { fromJson } from '../values/from-json.ts'
import { RegoObject } from '../values/value.ts'
import { createSignature, isAlgorithm } from './algorithms.ts'
import { readSigningKey } from './keys.ts'

/** `io.jwt.encode_sign_raw`: a token of JSON texts, signed with a JWK. @throws NotDefined */
export function encodeSign(header: string, payload: string, jwk: string): string {
  const key = readSigningKey(jwk)
  const parsed = fromJson(Buffer.from(header))
  const [alg, typ] = parsed instanceof RegoObject ? [memberOf(parsed, 'alg'), memberOf(parsed, 'typ')] : []
  if (typeof alg !== 'string' || !isAlgorithm(alg)) throw new NotDefined('an unknown algorithm')
  if ((typeof typ !== 'string' || typ === 'JWT') && fromJson(Buffer.from(payload)) === undefined)
    throw new NotDefined('the payload must be JSON')
  const signed = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
  const signature = createSignature(alg, key, signed)
  if (signature === undefined) throw new NotDefined('a key of another kind')
  return `${signed}.${signature.toString('base64url')}`
}
