import { type KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { basename, join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { readIfPresent, writeAtomically } from './files.ts'
import { readOrCreateKey } from './key.ts'
import type { ServerCertificate } from './server-certificate.ts'
import { authorityValidity, isDueForRenewal, serverValidity } from './validity.ts'

export interface CertificateOptions {
  /** Holds ca.crt, ca.key, tls.crt and tls.key; created when missing. */
  readonly folder: string
  /** DNS names and IP addresses that the server certificate is for. */
  readonly hosts: readonly string[]
  readonly now?: Date
}

/** A server certificate from our own authority, and what clients verify it with. */
export interface IssuedCertificates extends ServerCertificate {
  /** For `clientConfig.caBundle`, PEM. */
  readonly caBundle: string
}

interface Authority {
  readonly cert: X509Certificate
  readonly key: KeyObject
}

const AUTHORITY_NAME = 'Gatehouse shim CA'
const SERVER_NAME = 'Gatehouse shim'

/**
 * Reads the certificates in the folder, and issues what is missing, does not fit any more, or ends within 30 days.
 * The two keys are created once and never replaced, and files are written as a whole, so that processes which do
 * this at the same time agree: all their certificates verify under all their bundles.
 * @throws GatehouseError ERR_TLS_FILES
 */
export async function ensureCertificates({
  folder,
  hosts,
  now = new Date(),
}: CertificateOptions): Promise<IssuedCertificates> {
  try {
    await makeFolder(folder, 0o755)
    const authority = await ensureAuthority(folder, now)
    const key = await readOrCreateKey(join(folder, 'tls.key'))
    const cert = await ensureServer(folder, { key, hosts, authority, now })
    return { caBundle: authority.cert.toString(), cert: cert.toString(), key: toPem(key) }
  } catch (error) {
    throw new GatehouseError('ERR_TLS_FILES', `${folder}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Restore ca.crt, ca.key, tls.crt and tls.key; or remove them, start again, and give the API server the new ca.crt.',
    })
  }
}

async function ensureAuthority(folder: string, now: Date): Promise<Authority> {
  const path = join(folder, 'ca.crt')
  const present = await readCertificate(path)
  const keyPath = join(folder, 'ca.key')
  // A new key would make a new authority in silence, and every API server that trusts the old one would be cut off.
  if (present !== undefined && (await readIfPresent(keyPath)) === undefined) throw new Error('ca.key is missing')
  const key = await readOrCreateKey(keyPath)
  if (present !== undefined && !present.checkPrivateKey(key)) throw new Error('ca.key is not the key of ca.crt')
  if (present !== undefined && !isDueForRenewal(present.validToDate, now)) return { cert: present, key }
  // loaded only to issue: the library is large, and most starts find good certificates
  const { createAuthority } = await import('../../util/certificates.ts')
  const issued = await createAuthority({ commonName: AUTHORITY_NAME, key: toPem(key), ...authorityValidity(now) })
  return { cert: await write(path, issued.certificate), key }
}

interface ServerOptions {
  readonly key: KeyObject
  readonly hosts: readonly string[]
  readonly authority: Authority
  readonly now: Date
}

async function ensureServer(folder: string, options: ServerOptions): Promise<X509Certificate> {
  const path = join(folder, 'tls.crt')
  const present = await readCertificate(path)
  if (present !== undefined && fits(present, options)) return present
  const { issueCertificate } = await import('../../util/certificates.ts')
  const { authority, key, hosts, now } = options
  const issued = await issueCertificate(
    { certificate: authority.cert.toString(), key: toPem(authority.key) },
    { commonName: SERVER_NAME, hosts, key: toPem(key), ...serverValidity(now) },
  )
  return write(path, issued.certificate)
}

function fits(certificate: X509Certificate, { key, hosts, authority, now }: ServerOptions): boolean {
  return (
    certificate.checkPrivateKey(key) &&
    certificate.checkIssued(authority.cert) &&
    certificate.verify(authority.cert.publicKey) &&
    !isDueForRenewal(certificate.validToDate, now) &&
    certificate.subjectAltName?.split(', ').length === hosts.length &&
    hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined)
  )
}

async function readCertificate(path: string): Promise<X509Certificate | undefined> {
  const pem = await readIfPresent(path)
  try {
    return pem === undefined ? undefined : new X509Certificate(pem)
  } catch {
    throw new Error(`${basename(path)} is not a certificate in PEM`)
  }
}

async function write(path: string, pem: string): Promise<X509Certificate> {
  await writeAtomically(path, pem, 0o644)
  return new X509Certificate(pem)
}

function toPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string
}
