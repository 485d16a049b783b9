import { constants, createHmac, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'
import type { Token } from './token.ts'

/** A public or private key, or a secret. */
export type Key = KeyObject | Buffer

interface Algorithm {
  readonly type: 'hmac' | 'rsa' | 'rsa-pss' | 'ec' | 'ed25519'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
}

const ALGORITHMS = {
  HS256: { type: 'hmac', hash: 'sha256' },
  HS384: { type: 'hmac', hash: 'sha384' },
  HS512: { type: 'hmac', hash: 'sha512' },
  RS256: { type: 'rsa', hash: 'sha256' },
  RS384: { type: 'rsa', hash: 'sha384' },
  RS512: { type: 'rsa', hash: 'sha512' },
  PS256: { type: 'rsa-pss', hash: 'sha256' },
  PS384: { type: 'rsa-pss', hash: 'sha384' },
  PS512: { type: 'rsa-pss', hash: 'sha512' },
  ES256: { type: 'ec', hash: 'sha256' },
  ES384: { type: 'ec', hash: 'sha384' },
  ES512: { type: 'ec', hash: 'sha512' },
  EdDSA: { type: 'ed25519', hash: 'sha512' },
} as const satisfies Readonly<Record<string, Algorithm>>

/** https://www.rfc-editor.org/rfc/rfc7518#section-3.1 */
export type AlgorithmName = keyof typeof ALGORITHMS

export function isAlgorithm(name: string): name is AlgorithmName {
  return Object.hasOwn(ALGORITHMS, name)
}

/** How long the salt of an RSA-PSS signature may be; RFC 7518 wants it as long as the hash. */
export type Salt = 'any' | 'of the hash'

/** Whether the token was signed with the key; never with one of another kind. */
export function verifySignature(name: AlgorithmName, key: Key, { signed, signature }: Token, salt: Salt): boolean {
  const algorithm = ALGORITHMS[name]
  if (algorithm.type === 'hmac') {
    const expected = Buffer.isBuffer(key) ? createHmac(algorithm.hash, key).update(signed).digest() : undefined
    return expected?.length === signature.length && timingSafeEqual(expected, signature)
  }
  if (Buffer.isBuffer(key) || !fits(algorithm, key)) return false
  const hash = algorithm.type === 'ed25519' ? null : algorithm.hash
  return verify(hash, Buffer.from(signed), { key, ...optionsOf(algorithm, salt) }, signature)
}

/** Signs; undefined if the key is of another kind. */
export function createSignature(name: AlgorithmName, key: Key, signed: string): Buffer | undefined {
  const algorithm = ALGORITHMS[name]
  if (algorithm.type === 'hmac') {
    return Buffer.isBuffer(key) ? createHmac(algorithm.hash, key).update(signed).digest() : undefined
  }
  if (Buffer.isBuffer(key) || !fits(algorithm, key)) return undefined
  return sign(algorithm.type === 'ed25519' ? null : algorithm.hash, Buffer.from(signed), {
    key,
    ...optionsOf(algorithm, 'of the hash'),
  })
}

function fits({ type }: Algorithm, key: KeyObject): boolean {
  return key.asymmetricKeyType === (type === 'rsa-pss' ? 'rsa' : type)
}

function optionsOf({ type }: Algorithm, salt: Salt) {
  if (type === 'ec') return { dsaEncoding: 'ieee-p1363' } as const
  if (type !== 'rsa-pss') return {}
  const saltLength = salt === 'any' ? constants.RSA_PSS_SALTLEN_AUTO : constants.RSA_PSS_SALTLEN_DIGEST
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
}
