// The library refuses to load before this one has.
import 'reflect-metadata'
import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { CERTIFICATE_VALIDITY } from './validity.ts'

const P256 = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' }
const AUTHORITY_NAME = 'CN=Gatehouse shim CA'

/** Issues the certificate of the authority that owns this key, as PEM. */
export async function issueAuthority(key: KeyObject, now: Date): Promise<string> {
  return issue({
    subject: AUTHORITY_NAME,
    publicKey: createPublicKey(key),
    authorityKey: key,
    notAfter: CERTIFICATE_VALIDITY.authority(now),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
}

/** Issues a server certificate for these names and addresses, as PEM. */
export async function issueServer(
  key: KeyObject,
  hosts: readonly string[],
  authorityKey: KeyObject,
  now: Date,
): Promise<string> {
  const names = hosts.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }))
  return issue({
    subject: 'CN=Gatehouse shim',
    publicKey: createPublicKey(key),
    authorityKey,
    notAfter: CERTIFICATE_VALIDITY.server(now),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  })
}

interface Issue {
  readonly subject: string
  readonly publicKey: KeyObject
  readonly authorityKey: KeyObject
  readonly notAfter: Date
  readonly extensions: readonly Extension[]
}

async function issue({ subject, publicKey, authorityKey, notAfter, extensions }: Issue): Promise<string> {
  const subjectKey = await toPublicCryptoKey(publicKey)
  const issuerKey = await toPublicCryptoKey(createPublicKey(authorityKey))
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: AUTHORITY_NAME,
    publicKey: subjectKey,
    signingKey: await toSigningKey(authorityKey),
    signingAlgorithm: SIGNATURE,
    notBefore: CERTIFICATE_VALIDITY.start,
    notAfter,
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(subjectKey),
      await AuthorityKeyIdentifierExtension.create(issuerKey),
    ],
  })
  return `${certificate.toString('pem')}\n`
}

function toPublicCryptoKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('spki', key.export({ type: 'spki', format: 'der' }), P256, true, ['verify'])
}

function toSigningKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), P256, false, ['sign'])
}
