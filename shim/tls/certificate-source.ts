import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GatehouseError } from '../../util/errors.ts'
import { ensureCertificates, type RotationState } from './certificates.ts'
import { confirmationsFolder } from './confirmations.ts'
import type { CertificateLifetimes } from './lifetimes.ts'
import { readServerCertificate, type ServerCertificate } from './server-certificate.ts'

/** Where the shim's certificate comes from: its own authority in a folder, or files that somebody else maintains. */
export type CertificateSource =
  | {
      readonly kind: 'issued'
      readonly folder: string
      readonly hosts: readonly string[]
      readonly lifetimes?: CertificateLifetimes
    }
  | { readonly kind: 'given'; readonly certFile: string; readonly keyFile: string; readonly caFile?: string }

/** A certificate, and what is known of its authority. */
export interface SourcedCertificate extends ServerCertificate {
  /** What API servers verify it with, PEM; absent where nobody has told us. */
  readonly caBundle?: string
  /** Absent where somebody else has the authority. */
  readonly rotation?: RotationState
}

/** The certificate as it is now. @throws ERR_TLS_FILES */
export async function readCertificate(source: CertificateSource): Promise<SourcedCertificate> {
  if (source.kind === 'issued') return ensureCertificates(source)
  const { certFile, keyFile, caFile } = source
  const server = await readServerCertificate(certFile, keyFile)
  return caFile === undefined ? server : { ...server, caBundle: await readFile(caFile, 'utf8') }
}

/** What API servers verify the certificate with, PEM. @throws ERR_TLS_FILES */
export async function readCaBundle(source: CertificateSource): Promise<string> {
  const { caBundle } = await readCertificate(source)
  if (caBundle !== undefined) return caBundle
  throw new GatehouseError('ERR_TLS_FILES', 'nothing says what the certificate is verified with')
}

/**
 * The paths whose change may mean another certificate. Of our own folder not the server's certificate itself: shims for other
 * hosts may share the authority, and would go on replacing each other's.
 */
export function watchedPathsOf(source: CertificateSource): string[] {
  if (source.kind === 'issued') {
    const { folder } = source
    return [join(folder, 'ca.crt'), join(folder, 'ca.key'), confirmationsFolder(folder)]
  }
  const { certFile, keyFile, caFile } = source
  return [certFile, keyFile, ...(caFile === undefined ? [] : [caFile])]
}
