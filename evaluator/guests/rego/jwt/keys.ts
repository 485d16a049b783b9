import { createPrivateKey, createPublicKey, type JsonWebKey, X509Certificate } from 'node:crypto'
import { NotDefined } from '../builtins/builtin.ts'
import { isAlgorithm, type Key } from './algorithms.ts'

/** A key, and what its set says of it. */
export interface VerificationKey {
  readonly key: Key
  readonly alg: string
  readonly kid: string
}

// Policies bring few keys; reading one takes longer than verifying with it.
const MAX_KEPT = 50
const kept = new Map<string, readonly VerificationKey[]>()

/** The keys of a PEM certificate or public key, of a JWK or of a set of them. @throws NotDefined */
export function readKeys(text: string): readonly VerificationKey[] {
  const known = kept.get(text)
  if (known !== undefined) return known
  const keys = text.includes('-----BEGIN') ? [readPem(text)] : readJwks(text, readPublicKey)
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(text, keys)
  return keys
}

/** The first key of a JWK or of a set of them, to sign with. @throws NotDefined */
export function readSigningKey(text: string): Key {
  const [first] = readJwks(text, (jwk) => createPrivateKey({ key: jwk, format: 'jwk' }))
  return first?.key ?? refuse('no key')
}

function readPem(text: string): VerificationKey {
  const match = /^\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----[\s\S]*?-----END \1-----\n?$/.exec(text)
  if (match === null) return refuse('not one certificate or public key')
  return attempt(() => {
    const key = match[1] === 'CERTIFICATE' ? new X509Certificate(text).publicKey : createPublicKey(text)
    return { key, alg: '', kid: '' }
  })
}

function readJwks(text: string, read: (jwk: JsonWebKey) => Key): VerificationKey[] {
  const parsed = attempt(() => JSON.parse(text) as JsonWebKey & { readonly keys?: unknown })
  const list = Array.isArray(parsed?.keys) ? (parsed.keys as JsonWebKey[]) : [parsed]
  return list
    .map((jwk) => ({ key: attempt(() => readJwk(jwk, read)), alg: textOf(jwk, 'alg'), kid: textOf(jwk, 'kid') }))
    .filter(({ alg }) => alg === '' || isAlgorithm(alg))
}

function readJwk(jwk: JsonWebKey, read: (jwk: JsonWebKey) => Key): Key {
  return jwk.kty === 'oct' ? Buffer.from(String(jwk.k), 'base64url') : read(jwk)
}

// A private key is none to verify with: nobody hands those out.
function readPublicKey(jwk: JsonWebKey): Key {
  return 'd' in jwk ? createPrivateKey({ key: jwk, format: 'jwk' }) : createPublicKey({ key: jwk, format: 'jwk' })
}

function textOf(jwk: JsonWebKey, name: string): string {
  const value = jwk[name]
  return typeof value === 'string' ? value : ''
}

function attempt<T>(action: () => T): T {
  try {
    return action()
  } catch {
    return refuse('not a key')
  }
}

function refuse(what: string): never {
  throw new NotDefined(what)
}
