import { type KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { type Authority, AuthorityFiles } from './authority-files.ts'
import { formatBundle } from './bundle.ts'
import { readIfPresent, writeAtomically } from './files.ts'
import { keyToPem, readOrCreateKey } from './key.ts'
import { type CertificateLifetimes, DEFAULT_LIFETIMES, remainingMs, validFor } from './lifetimes.ts'
import { rotateAuthority } from './rotate-authority.ts'
import type { RotationStep } from './rotation.ts'
import type { ServerCertificate } from './server-certificate.ts'

export interface CertificateOptions {
  /** Holds ca.crt, ca.key, tls.crt and tls.key, and while the authority changes ca-next.* too; created when missing. */
  readonly folder: string
  /** DNS names and IP addresses that the server certificate is for. */
  readonly hosts: readonly string[]
  readonly now?: Date
  readonly lifetimes?: CertificateLifetimes
}

/** A server certificate from our own authority, and what clients verify it with. */
export interface IssuedCertificates extends ServerCertificate {
  /** For `clientConfig.caBundle`, PEM: several certificates while the authority changes. */
  readonly caBundle: string
  readonly rotation: RotationState
}

/** How far the change to another authority has come. */
export interface RotationState {
  /** When the authority that signs ends. */
  readonly authorityEnds: Date
  readonly step: RotationStep
  readonly taken: readonly RotationStep[]
}

const SERVER_NAME = 'Gatehouse shim'

/**
 * Reads the certificates in the folder, and issues what is missing, does not fit any more, or ends soon. The authority changes
 * step by step, so that every certificate that is shown verifies under every bundle that an API server may have. Files are
 * written as a whole, and processes that do this at the same time agree.
 * @throws GatehouseError ERR_TLS_FILES
 */
export async function ensureCertificates(options: CertificateOptions): Promise<IssuedCertificates> {
  const { folder, hosts, now = new Date(), lifetimes = DEFAULT_LIFETIMES } = options
  try {
    await makeFolder(folder, 0o755)
    const files = new AuthorityFiles(folder)
    await files.create({ now, lifetimes })
    const { active, bundle, step, taken } = await rotateAuthority(files, { now, lifetimes })
    const server = await ensureServer(folder, { hosts, authority: active, now, lifetimes })
    const rotation = { authorityEnds: active.cert.validToDate, step, taken }
    return { caBundle: formatBundle(bundle), ...server, rotation }
  } catch (error) {
    throw explainTlsFiles(folder, error)
  }
}

/** What is wrong with the folder, and the way out. */
export function explainTlsFiles(folder: string, error: unknown): GatehouseError {
  return new GatehouseError('ERR_TLS_FILES', `${folder}: ${messageOf(error)}`, {
    cause: error,
    hint: 'Restore ca.crt, ca.key, tls.crt and tls.key; or remove them, start again, and give the API server the new ca.crt.',
  })
}

interface ServerOptions extends Required<Pick<CertificateOptions, 'hosts' | 'now' | 'lifetimes'>> {
  readonly authority: Authority
}

const ATTEMPTS = 3

async function ensureServer(folder: string, options: ServerOptions): Promise<ServerCertificate> {
  const [path, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  for (let attempt = 1; ; attempt++) {
    const key = await readOrCreateKey(keyPath)
    const present = await readServer(path)
    if (present !== undefined && fits(present, key, options)) return { cert: present.toString(), key: keyToPem(key) }
    const cert = await issueServer(key, options)
    await writeAtomically(path, cert, 0o644)
    // another process may have changed the authority, and the key with it, since we read it
    if (attempt === ATTEMPTS || (await readOrCreateKey(keyPath)).equals(key)) return { cert, key: keyToPem(key) }
  }
}

async function issueServer(key: KeyObject, options: ServerOptions): Promise<string> {
  const { issueCertificate } = await import('../../util/certificates.ts')
  const { authority, hosts } = options
  const issued = await issueCertificate(
    { certificate: authority.cert.toString(), key: keyToPem(authority.key) },
    { commonName: SERVER_NAME, hosts, key: keyToPem(key), notBefore: new Date(0), notAfter: endOfServer(options) },
  )
  return new X509Certificate(issued.certificate).toString()
}

/** Nobody verifies it when its authority has ended. */
function endOfServer({ authority, now, lifetimes }: ServerOptions): Date {
  const { notAfter } = validFor(lifetimes.serverMs, now)
  return notAfter < authority.cert.validToDate ? notAfter : authority.cert.validToDate
}

function fits(certificate: X509Certificate, key: KeyObject, options: ServerOptions): boolean {
  const { hosts, authority } = options
  return (
    certificate.checkPrivateKey(key) &&
    certificate.checkIssued(authority.cert) &&
    certificate.verify(authority.cert.publicKey) &&
    !isDueForRenewal(certificate, options) &&
    certificate.subjectAltName?.split(', ').length === hosts.length &&
    hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined)
  )
}

/** Dates in certificates are whole seconds. */
const SECOND_MS = 1000

function isDueForRenewal({ validToDate }: X509Certificate, options: ServerOptions): boolean {
  const { now, lifetimes } = options
  if (remainingMs(validToDate, now) >= lifetimes.renewalMs) return false
  return endOfServer(options).getTime() - validToDate.getTime() > SECOND_MS
}

async function readServer(path: string): Promise<X509Certificate | undefined> {
  const pem = await readIfPresent(path)
  try {
    return pem === undefined ? undefined : new X509Certificate(pem)
  } catch {
    throw new Error('tls.crt is not a certificate in PEM')
  }
}
