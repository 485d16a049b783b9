import { readFile } from 'node:fs/promises'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { ensureCertificates } from './certificates.ts'
import { readServerCertificate, type ServerCertificate } from './server-certificate.ts'

/** Where the shim's certificate comes from: its own authority in a folder, or files that somebody else maintains. */
export type CertificateSource =
  | { readonly kind: 'issued'; readonly folder: string; readonly hosts: readonly string[] }
  | { readonly kind: 'given'; readonly certFile: string; readonly keyFile: string; readonly caFile?: string }

const CHECK_INTERVAL_MS = 3_600_000

/** The certificate as it is now. @throws ERR_TLS_FILES */
export async function readCertificate(source: CertificateSource): Promise<ServerCertificate> {
  if (source.kind === 'given') return readServerCertificate(source.certFile, source.keyFile)
  return ensureCertificates(source)
}

/** What API servers verify the certificate with, PEM. @throws ERR_TLS_FILES */
export async function readCaBundle(source: CertificateSource): Promise<string> {
  if (source.kind === 'issued') return (await ensureCertificates(source)).caBundle
  if (source.caFile !== undefined) return readFile(source.caFile, 'utf8')
  throw new GatehouseError('ERR_TLS_FILES', 'nothing says what the certificate is verified with')
}

export interface WatchOptions {
  readonly onChange: (certificate: ServerCertificate) => void
  readonly log: Log
  readonly intervalMs?: number
}

/** Looks every hour whether there is a newer certificate, or whether it is time to issue one. A failure keeps the old one. */
export function watchCertificate(
  source: CertificateSource,
  current: ServerCertificate,
  { onChange, log, intervalMs = CHECK_INTERVAL_MS }: WatchOptions,
): Disposable {
  let shown = current.cert
  const check = async () => {
    try {
      const certificate = await readCertificate(source)
      if (certificate.cert === shown) return
      onChange(certificate)
      shown = certificate.cert
      log.info({}, 'changed to a new certificate')
    } catch (error) {
      log.error({ error: messageOf(error) }, 'could not renew the certificate')
    }
  }
  const timer = setInterval(() => void check(), intervalMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
