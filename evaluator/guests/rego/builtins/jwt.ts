import { toGoJson } from '../go/json.ts'
import { type AlgorithmName, verifySignature } from '../jwt/algorithms.ts'
import { decodeVerify } from '../jwt/decode-verify.ts'
import { encodeSign } from '../jwt/encode-sign.ts'
import { readKeys } from '../jwt/keys.ts'
import { decodeToken, readHeader, readToken } from '../jwt/token.ts'
import type { Builtin, Builtins } from './builtin.ts'
import { objectAt, textAt, valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/tokens */
export const JWT: Builtins = {
  'io.jwt.decode': (args) => decodeToken(textAt(args, 0)),
  'io.jwt.decode_verify': (args, query) => decodeVerify(textAt(args, 0), objectAt(args, 1), query.now),
  'io.jwt.encode_sign': (args) =>
    encodeSign(toGoJson(valueAt(args, 0)), toGoJson(valueAt(args, 1)), toGoJson(valueAt(args, 2))),
  'io.jwt.encode_sign_raw': (args) => encodeSign(textAt(args, 0), textAt(args, 1), textAt(args, 2)),
  'io.jwt.verify_rs256': verify('RS256'),
  'io.jwt.verify_rs384': verify('RS384'),
  'io.jwt.verify_rs512': verify('RS512'),
  'io.jwt.verify_ps256': verify('PS256'),
  'io.jwt.verify_ps384': verify('PS384'),
  'io.jwt.verify_ps512': verify('PS512'),
  'io.jwt.verify_es256': verify('ES256'),
  'io.jwt.verify_es384': verify('ES384'),
  'io.jwt.verify_es512': verify('ES512'),
  'io.jwt.verify_eddsa': verify('EdDSA'),
  'io.jwt.verify_hs256': verifySecret('HS256'),
  'io.jwt.verify_hs384': verifySecret('HS384'),
  'io.jwt.verify_hs512': verifySecret('HS512'),
}

// By the key that the token names, or by any that does not say that it is for another algorithm.
function verify(algorithm: AlgorithmName): Builtin {
  return (args) => {
    const token = readToken(textAt(args, 0))
    const keys = readKeys(textAt(args, 1))
    const { kid, alg } = readHeader(token)
    const named = kid === '' ? undefined : keys.find((key) => key.kid === kid)
    const candidates = named === undefined ? keys.filter((key) => key.alg === '' || key.alg === alg) : [named]
    return candidates.some(({ key }) => verifySignature(algorithm, key, token, 'any'))
  }
}

function verifySecret(algorithm: AlgorithmName): Builtin {
  return (args) => {
    const token = readToken(textAt(args, 0))
    return verifySignature(algorithm, Buffer.from(textAt(args, 1)), token, 'any')
  }
}
