import { readFile } from 'node:fs/promises'
import type { ServingCertificate } from '../../plugin/install/secret.ts'
import { serviceHost } from '../../plugin/install/service.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { AuthorityFiles } from '../../shim/tls/authority-files.ts'
import { formatBundle } from '../../shim/tls/bundle.ts'
import { explainTlsFiles } from '../../shim/tls/certificates.ts'
import { keyToPem } from '../../shim/tls/key.ts'
import { DEFAULT_LIFETIMES, validFor } from '../../shim/tls/lifetimes.ts'
import { rotateAuthority } from '../../shim/tls/rotate-authority.ts'
import type { RotationStep } from '../../shim/tls/rotation.ts'
import { readServerCertificate } from '../../shim/tls/server-certificate.ts'
import { type CertificatePair, createAuthority, issueCertificate } from '../../util/certificates.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { makeFolder } from '../../util/make-folder.ts'

/** Where the certificate comes from; an authority that nobody keeps unless given. */
export type CertificateChoice =
  /** The folder of an authority, a shim's or one's own; created when missing. */
  | { readonly authority: string }
  /** Files that somebody else issued. */
  | { readonly certFile: string; readonly keyFile: string; readonly caFile: string }
  | undefined

/** Of an authority that is replaced: both are trusted, and the old one signs, until API servers have both. Then the new one signs. */
export type RotationPhase = 'both-trusted' | 'new-signs'

/** A certificate, and how far its authority is in being replaced. */
export interface IssuedForService extends ServingCertificate {
  readonly rotation?: RotationPhase
}

/**
 * What the policy server shows. It is good for the Service's name, and for the host that API servers ask by the socket: a shim
 * whose fallback this is may pass their connections on. Nobody renews what lies in a Secret, so it lasts as long as its authority.
 */
export async function serviceCertificate(namespace: string, choice: CertificateChoice): Promise<IssuedForService> {
  const now = new Date()
  if (choice === undefined) {
    const validity = validFor(DEFAULT_LIFETIMES.authorityMs, now)
    const authority = await createAuthority({ commonName: 'Gatehouse policy server CA', ...validity })
    return issue(namespace, authority, { caBundle: authority.certificate, notAfter: validity.notAfter })
  }
  if ('authority' in choice) return issueFromFolder(namespace, choice.authority, now)
  const { cert, key } = await readServerCertificate(choice.certFile, choice.keyFile)
  return { certificate: cert, key, caBundle: await readBundle(choice.caFile) }
}

async function issueFromFolder(namespace: string, folder: string, now: Date): Promise<IssuedForService> {
  try {
    await makeFolder(folder, 0o755)
    const files = new AuthorityFiles(folder)
    await files.create({ now, lifetimes: DEFAULT_LIFETIMES })
    const { active, bundle, step } = await rotateAuthority(files, { now, lifetimes: DEFAULT_LIFETIMES })
    const authority = { certificate: active.cert.toString(), key: keyToPem(active.key) }
    const validity = { caBundle: formatBundle(bundle), notAfter: active.cert.validToDate }
    return { ...(await issue(namespace, authority, validity)), ...phaseOf(step) }
  } catch (error) {
    throw explainTlsFiles(folder, error)
  }
}

function phaseOf({ kind }: RotationStep): { readonly rotation?: RotationPhase } {
  if (kind === 'await-confirmation') return { rotation: 'both-trusted' }
  return kind === 'await-retirement' ? { rotation: 'new-signs' } : {}
}

async function issue(
  namespace: string,
  authority: CertificatePair,
  { caBundle, notAfter }: { caBundle: string; notAfter: Date },
): Promise<ServingCertificate> {
  const hosts = [serviceHost(namespace), DEFAULT_WEBHOOK_HOST]
  const request = { commonName: 'Gatehouse policy server', hosts, notBefore: new Date(0), notAfter }
  return { ...(await issueCertificate(authority, request)), caBundle }
}

async function readBundle(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new GatehouseError('ERR_TLS_FILES', `${file}: ${messageOf(cause)}`, { cause })
  }
}
