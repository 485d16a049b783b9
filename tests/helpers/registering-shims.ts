import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { createKubeconfig } from '../../clusters/kubeconfig.ts'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { egressSelectorConfiguration } from '../../plugin/egress-selector.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { Shim } from '../../shim/shim.ts'
import type { ShimOptions } from '../../shim/shim-options.ts'
import type { StartedShim } from '../../shim/started-shim.ts'
import { issueCertificate } from '../../util/certificates.ts'
import { createLog } from '../../util/log.ts'
import { packageRoot } from '../../util/package-root.ts'
import { type Api, connectApi } from './api.ts'
import { HOST, type TestPolicy, writePolicies } from './shim.ts'
import { makeShortFolder } from './short-folder.ts'

type Policies = Readonly<Record<string, TestPolicy>>

/** One API server, and the shim beside it, which talks to it as gatehouse:shim. */
export interface ShimMember {
  /** An admin's connection. */
  readonly api: Api
  readonly kubeconfig: string
  readonly adminSocket: string
  readonly logged: readonly Record<string, unknown>[]
  /** Of its certificates. */
  readonly certificates: string
  start(): Promise<void>
  /** Starts another shim that takes the socket from this one, which then ends. */
  takeOver(): Promise<void>
  stop(): Promise<void>
  /** Gives the shim other policies, and returns when it has loaded them. */
  change(policies: Policies): Promise<void>
}

/** A cluster whose shims register their policies themselves. */
export async function startRegisteringShims(
  t: Test,
  apiServers: number,
  policies: Policies,
  options: Partial<ShimOptions> = {},
): Promise<ShimMember[]> {
  const folder = makeShortFolder(t)
  const members = Array.from({ length: apiServers }, (_, index) => join(folder, String(index + 1)))
  for (const member of members) {
    mkdirSync(member)
    const egress = egressSelectorConfiguration({ socket: join(member, 'run/s') })
    writeFileSync(join(member, 'egress.yaml'), toYaml([egress]))
  }
  const memberArgs = members.map((member) => [`egress-selector-config-file=${join(member, 'egress.yaml')}`])
  const cluster = await startLocalCluster({ apiServers, memberArgs })
  t.teardown(() => cluster[Symbol.asyncDispose]())
  const credentials = await issueShimCredentials(cluster.folder)
  await grantRights(await connectApi(cluster.kubeconfig))
  return Promise.all(
    members.map(async (member, index) => {
      const { server = '', kubeconfig = '' } = cluster.members[index] ?? {}
      writeFileSync(join(member, 'kubeconfig'), createKubeconfig({ name: 'shim', server, ...credentials }))
      return createMember(t, member, kubeconfig, { policies, options })
    }),
  )
}

async function createMember(
  t: Test,
  folder: string,
  kubeconfig: string,
  { policies, options }: { readonly policies: Policies; readonly options: Partial<ShimOptions> },
): Promise<ShimMember> {
  const api = await connectApi(kubeconfig)
  const logged: Record<string, unknown>[] = []
  const log = createLog({ level: 'debug', format: 'json', write: (line) => logged.push(JSON.parse(line)) })
  const allOptions = { ...shimOptions(folder, writePolicies(folder, policies)), ...options }
  let started: StartedShim | undefined
  const stop = async () => {
    await started?.[Symbol.asyncDispose]()
    started = undefined
  }
  t.teardown(stop)
  return {
    api,
    kubeconfig,
    adminSocket: allOptions.admin.path,
    logged,
    async start() {
      started = await new Shim(allOptions, log).start()
    },
    async takeOver() {
      const before = started
      const { socket, admin } = allOptions
      const taking = { ...allOptions, socket: { ...socket, takeover: true }, admin: { ...admin, takeover: true } }
      started = await new Shim(taking, log).start()
      await before?.ended
    },
    certificates: join(folder, 'pki'),
    stop,
    async change(changed) {
      writePolicies(folder, changed)
      await started?.reload()
    },
  }
}

function shimOptions(folder: string, policies: string) {
  return {
    policies,
    socket: {
      path: join(folder, 'run/s'),
      mode: 0o660,
      folderMode: 0o750,
      virtualHosts: [{ host: HOST, port: 443 }],
      allowedTargets: [],
    },
    admin: { path: join(folder, 'run/a'), mode: 0o600, folderMode: 0o700 },
    certificates: { kind: 'issued', folder: join(folder, 'pki'), hosts: [HOST] },
    kubeconfig: join(folder, 'kubeconfig'),
    apiObjects: { registration: 'combined', host: HOST, exclusions: 'default' },
    workers: 1,
    queue: 100,
    policyTimeoutMs: 10_000,
    memoryLimitBytes: 16 * 1024 * 1024,
    graceMs: 10_000,
    handoverGraceMs: 1000,
    modules: { store: '/nowhere' },
  } as const satisfies ShimOptions
}

/** A client certificate for gatehouse:shim. */
async function issueShimCredentials(clusterFolder: string) {
  const read = (name: string) => readFileSync(join(clusterFolder, 'pki', name), 'utf8')
  const ca = read('ca.crt')
  const authority = { certificate: ca, key: read('ca.key') }
  const validity = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000) }
  const { certificate: cert, key } = await issueCertificate(authority, { commonName: 'gatehouse:shim', ...validity })
  return { ca, cert, key }
}

/** Grants the shim what the documentation says that it needs, and no more. */
async function grantRights(api: Api): Promise<void> {
  const page = readFileSync(join(packageRoot(), 'docs/api-server.md'), 'utf8')
  const block = /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(page)?.[1] ?? ''
  for (const document of parseAllDocuments(block)) {
    const object = document.toJS() as { kind: string; metadata: { namespace?: string } }
    const namespace = object.metadata.namespace === undefined ? '' : `/namespaces/${object.metadata.namespace}`
    const path = `/apis/rbac.authorization.k8s.io/v1${namespace}/${object.kind.toLowerCase()}s`
    await api.must('POST', path, object)
  }
}
