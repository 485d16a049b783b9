import 'reflect-metadata' // @peculiar/x509 throws at import without it
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

/** A certificate and its private key, both PEM. */
export interface CertificatePair {
  readonly certificate: string
  readonly key: string
}

export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

export interface AuthorityRequest extends Validity {
  readonly commonName: string
  /** The EC P-256 key to certify, PEM; a new one unless given. */
  readonly key?: string
}

export interface CertificateRequest extends AuthorityRequest {
  /** Kubernetes reads it as the user's groups. */
  readonly organization?: string
  /** A server's DNS names and IP addresses; a certificate without them is a client's. */
  readonly hosts?: readonly string[]
}

// P-256: what Go, Node and every Kubernetes release of the last ten years verify quickly.
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Creates a certificate authority that signs end-entity certificates only. */
export async function createAuthority({ commonName, key, ...validity }: AuthorityRequest): Promise<CertificatePair> {
  const keys = await keysOf(key)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return toPair(certificate, keys)
}

/** Issues a server's or a client's certificate. */
export async function issueCertificate(
  authority: CertificatePair,
  request: CertificateRequest,
): Promise<CertificatePair> {
  const { commonName, organization, hosts = [], notBefore, notAfter } = request
  const issuer = new x509.X509Certificate(authority.certificate)
  const keys = await keysOf(request.key)
  const isServer = hosts.length > 0
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [...(organization === undefined ? [] : [{ O: [organization] }]), { CN: [commonName] }],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: (await importKeys(authority.key)).privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore,
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        isServer ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(isServer ? [new x509.SubjectAlternativeNameExtension(hosts.map(toGeneralName))] : []),
    ],
  })
  return toPair(certificate, keys)
}

function toGeneralName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(host) > 0 ? 'ip' : 'dns', value: host }
}

async function keysOf(pem: string | undefined): Promise<webcrypto.CryptoKeyPair> {
  return pem === undefined ? webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) : importKeys(pem)
}

/** @throws Error when the PEM holds no private key, or one of another kind */
async function importKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = createPrivateKey(pem)
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
  }
}

async function toPair(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): Promise<CertificatePair> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: `${certificate.toString('pem')}\n`, key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` }
}
