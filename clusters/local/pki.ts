import { generateKeyPairSync } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DEFAULT_SHIM_USER } from '../../plugin/exclusions.ts'
import { type CertificatePair, createAuthority, issueCertificate } from '../../util/certificates.ts'
import type { PkiFiles } from './layout.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Under which names and addresses the API servers answer; the last is the Service `default/kubernetes`. */
const SERVER_HOSTS = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '10.96.0.1',
]

/** Writes the cluster's certificates and keys unless they are there; all of them or none. */
export async function ensurePki(files: PkiFiles): Promise<void> {
  if (await exists(files.folder)) return
  const draft = `${files.folder}.draft`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  for (const [path, content] of await createPki(files)) {
    await writeFile(join(draft, basename(path)), content, { mode: path.endsWith('.key') ? 0o600 : 0o644 })
  }
  await rename(draft, files.folder)
}

/** What a user of the cluster presents and trusts, PEM. */
export interface ClientCredentials {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export async function readAdminCredentials({ ca, admin, adminKey }: PkiFiles): Promise<ClientCredentials> {
  return readCredentials(ca, admin, adminKey)
}

export async function readShimCredentials({ ca, shim, shimKey }: PkiFiles): Promise<ClientCredentials> {
  return readCredentials(ca, shim, shimKey)
}

async function readCredentials(ca: string, cert: string, key: string): Promise<ClientCredentials> {
  return { ca: await readFile(ca, 'utf8'), cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') }
}

async function createPki(files: PkiFiles): Promise<[string, string][]> {
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + 3650 * DAY_MS) }
  const authority = await createAuthority({ commonName: 'kubernetes', ...validity })
  const [server, admin, shim] = await Promise.all([
    issueCertificate(authority, { commonName: 'kube-apiserver', hosts: SERVER_HOSTS, ...validity }),
    issueCertificate(authority, { commonName: 'kubernetes-admin', organization: 'system:masters', ...validity }),
    // the name that policies leave alone; a cluster for tests needs no finer rights
    issueCertificate(authority, { commonName: DEFAULT_SHIM_USER, organization: 'system:masters', ...validity }),
  ])
  const serviceAccount = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return [
    ...toFiles(authority, files.ca, files.caKey),
    ...toFiles(server, files.server, files.serverKey),
    ...toFiles(admin, files.admin, files.adminKey),
    ...toFiles(shim, files.shim, files.shimKey),
    [files.serviceAccountKey, serviceAccount.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string],
    [files.serviceAccountPublicKey, serviceAccount.publicKey.export({ type: 'spki', format: 'pem' }) as string],
  ]
}

function toFiles(pair: CertificatePair, certificate: string, key: string): [string, string][] {
  return [
    [certificate, pair.certificate],
    [key, pair.key],
  ]
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
