import 'reflect-metadata' // @peculiar/x509 throws at import without it
import { webcrypto } from 'node:crypto'
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

export interface CertificateRequest extends Validity {
  readonly commonName: string
  /** Kubernetes reads it as the user's groups. */
  readonly organization?: string
  /** A server's DNS names and IP addresses; a certificate without them is a client's. */
  readonly hosts?: readonly string[]
}

// P-256: what Go, Node and every Kubernetes release of the last ten years verify quickly.
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Creates a certificate authority that signs end-entity certificates only. */
export async function createAuthority({
  commonName,
  ...validity
}: Validity & { readonly commonName: string }): Promise<CertificatePair> {
  const keys = await generateKeys()
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
  const keys = await generateKeys()
  const isServer = hosts.length > 0
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [...(organization === undefined ? [] : [{ O: [organization] }]), { CN: [commonName] }],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
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

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [der] = x509.PemConverter.decode(pem)
  if (der === undefined) throw new TypeError('the authority has no private key in PEM')
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign'])
}

async function toPair(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): Promise<CertificatePair> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: `${certificate.toString('pem')}\n`, key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` }
}
