import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { AuthorityFiles } from './authority-files.ts'
import { formatBundle } from './bundle.ts'
import { explainTlsFiles } from './certificates.ts'
import { confirmBundle, OPERATOR, readConfirmations } from './confirmations.ts'
import { readIfPresent } from './files.ts'
import { type CertificateLifetimes, DEFAULT_LIFETIMES } from './lifetimes.ts'
import { type AuthorityInForce, readAuthority, rotateAuthority } from './rotate-authority.ts'
import type { RotationStep } from './rotation.ts'

export interface AuthorityOptions {
  readonly folder: string
  readonly now?: Date
  readonly lifetimes?: CertificateLifetimes
}

/** What there is to know about a folder of certificates. */
export interface CertificatesStatus {
  readonly folder: string
  /** The certificate that is shown; absent until a shim has issued one. */
  readonly server?: { readonly hosts: string; readonly ends: string; readonly signedBy: string }
  readonly authorities: readonly AuthorityStatus[]
  /** What the change to another authority waits for. */
  readonly rotation: RotationStep
  /** Who gives API servers their bundle, and whether they have all of the one that is published. */
  readonly registrars: readonly { readonly name: string; readonly isUpToDate: boolean }[]
}

export interface AuthorityStatus {
  readonly role: 'active' | 'next' | 'retiring'
  readonly fingerprint: string
  readonly ends: string
}

/** Looks at a folder, and changes nothing. @throws GatehouseError ERR_TLS_FILES */
export async function describeCertificates(options: AuthorityOptions): Promise<CertificatesStatus> {
  return withFiles(options, async (files, issue) => describe(files.folder, await readAuthority(files, issue)))
}

/** Begins to replace the authority, long before it ends; one that is being replaced already is not replaced again. */
export async function beginRotation(
  options: AuthorityOptions,
): Promise<{ isNew: boolean; status: CertificatesStatus }> {
  return withFiles(options, async (files, issue) => {
    const { step } = await readAuthority(files, issue)
    const isNew = step.kind === 'rest'
    if (isNew) await files.createNext(issue)
    return { isNew, status: await describe(files.folder, await rotateAuthority(files, issue)) }
  })
}

/** Says in the operator's name that every API server verifies with the bundle as it is now. */
export async function confirmByHand(options: AuthorityOptions): Promise<CertificatesStatus> {
  return withFiles(options, async (files, issue) => {
    await confirmBundle(files.folder, OPERATOR, formatBundle((await files.read()).bundle))
    return describe(files.folder, await readAuthority(files, issue))
  })
}

async function withFiles<T>(
  { folder, now = new Date(), lifetimes = DEFAULT_LIFETIMES }: AuthorityOptions,
  action: (files: AuthorityFiles, issue: { now: Date; lifetimes: CertificateLifetimes }) => Promise<T>,
): Promise<T> {
  try {
    return await action(new AuthorityFiles(folder), { now, lifetimes })
  } catch (error) {
    throw explainTlsFiles(folder, error)
  }
}

async function describe(folder: string, { active, next, bundle, step }: AuthorityInForce): Promise<CertificatesStatus> {
  const published = bundle.map(({ fingerprint256 }) => fingerprint256)
  const roleOf = (fingerprint: string): AuthorityStatus['role'] => {
    if (fingerprint === active.cert.fingerprint256) return 'active'
    return fingerprint === next?.cert.fingerprint256 ? 'next' : 'retiring'
  }
  const confirmations = await readConfirmations(folder)
  const pem = await readIfPresent(join(folder, 'tls.crt'))
  return {
    folder,
    ...(pem === undefined ? {} : { server: describeServer(new X509Certificate(pem), bundle) }),
    authorities: bundle.map(({ fingerprint256, validToDate }) => ({
      role: roleOf(fingerprint256),
      fingerprint: fingerprint256,
      ends: validToDate.toISOString(),
    })),
    rotation: step,
    registrars: confirmations.map(({ registrar, authorities }) => ({
      name: registrar,
      isUpToDate: published.every((fingerprint) => authorities.includes(fingerprint)),
    })),
  }
}

function describeServer(server: X509Certificate, bundle: readonly X509Certificate[]) {
  const signer = bundle.find(({ publicKey }) => server.verify(publicKey))
  return {
    hosts: server.subjectAltName ?? '',
    ends: server.validToDate.toISOString(),
    signedBy: signer?.fingerprint256 ?? 'an authority that is not in ca.crt',
  }
}
