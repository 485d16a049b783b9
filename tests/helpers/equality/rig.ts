import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { startLocalCluster } from '../../../clusters/local/start-local-cluster.ts'
import { admissionConfiguration } from '../../../plugin/admission-configuration.ts'
import { egressSelectorConfiguration } from '../../../plugin/egress-selector.ts'
import type { Exclusions } from '../../../plugin/exclusions.ts'
import type { RegistrationPlan } from '../../../plugin/registration/registration-plan.ts'
import { webhookName } from '../../../plugin/webhook-name.ts'
import { toYaml } from '../../../plugin/yaml.ts'
import { readPolicySources } from '../../../shim/policies/policies-snapshot.ts'
import { describeSources } from '../../../shim/registration/set-digest.ts'
import { replaceStaticManifests, staticManifestFolders } from '../../../shim/registration/static-manifests.ts'
import { toWebhookPolicies } from '../../../shim/registration/webhook-policies.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { HOST, startShim, type TestShim } from '../shim.ts'
import { makeShortFolder } from '../short-folder.ts'
import { connectRig, type RigRequest, type SendRequest } from './api-server.ts'
import { type CasePolicy, toEntry } from './case.ts'
import { normalise, type Outcome } from './normalise.ts'
import { manifestsWithSentinel, waitForSentinel } from './sentinel.ts'
import { createVerdictReader } from './verdicts.ts'

const MODULE = join(packageRoot(), 'policies/scripted/policy.wasm')
const REGISTRATIONS = ['per-policy', 'combined'] as const
type Registration = (typeof REGISTRATIONS)[number]

export type Outcomes = Readonly<Record<Registration, Outcome>>

/** Two API servers on one etcd that ask one shim about the same policies: the one by an entry for each, the other by shared ones. */
export interface EqualityRig {
  /** An administrator at both API servers, policed as anybody. */
  readonly senders: readonly SendRequest[]
  /** Puts these in force, and nothing else, at both. */
  register(policies: Readonly<Record<string, CasePolicy>>, exclusions?: Exclusions): Promise<RegistrationPlan>
  /** Sends the same to both, one after the other. */
  ask(request: RigRequest): Promise<Outcomes>
  /** The audit annotations of the webhooks, by registration, for a request. */
  askAudited(request: RigRequest): Promise<Readonly<Record<Registration, Readonly<Record<string, string>>>>>
}

export async function startEqualityRig(t: Test, kubernetesVersion: string): Promise<EqualityRig> {
  const folder = makeShortFolder(t)
  const shim = await startShim(t, {}, { memoryLimitBytes: 32 * 2 ** 20 })
  t.teardown(() => shim[Symbol.asyncDispose]())
  const sites = REGISTRATIONS.map((registration) => createSite(folder, registration))
  for (const site of sites) await writeFlagFiles(site, shim.socket)
  const cluster = await startLocalCluster({
    kubernetesVersion,
    apiServers: sites.length,
    memberArgs: sites.map(({ flags }) => flags),
  })
  t.teardown(() => cluster[Symbol.asyncDispose]())
  const servers = await Promise.all(
    sites.map(async (site, index) => ({ ...site, send: await connectRig(cluster.members[index]?.kubeconfig ?? '') })),
  )
  const [first] = servers
  if (first === undefined) throw new Error('there is no API server')
  await first.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'sentinel' } } })
  return createRig(shim, servers)
}

interface Site {
  readonly registration: Registration
  readonly manifests: string
  readonly auditLog: string
  readonly flags: readonly string[]
}

interface Server extends Site {
  readonly send: SendRequest
}

function createSite(folder: string, registration: Registration): Site & { readonly folder: string } {
  const path = (name: string) => join(folder, `${registration}-${name}`)
  return {
    registration,
    folder,
    manifests: path('manifests'),
    auditLog: path('audit.log'),
    flags: [
      `egress-selector-config-file=${path('egress.yaml')}`,
      `admission-control-config-file=${path('admission.yaml')}`,
      `audit-log-path=${path('audit.log')}`,
      `audit-policy-file=${path('audit.yaml')}`,
      'feature-gates=ManifestBasedAdmissionControlConfig=true',
    ],
  }
}

async function writeFlagFiles({ flags, manifests }: Site, socket: string): Promise<void> {
  await replaceStaticManifests(manifests, {})
  const [egress = '', admission = '', , audit = ''] = flags.map((flag) => flag.slice(flag.indexOf('=') + 1))
  writeFileSync(egress, toYaml([egressSelectorConfiguration({ socket })]))
  writeFileSync(admission, toYaml([admissionConfiguration(staticManifestFolders(manifests))]))
  const rules = [{ level: 'Metadata', omitStages: ['RequestReceived'], namespaces: ['dev'] }, { level: 'None' }]
  writeFileSync(audit, toYaml([{ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }]))
}

function createRig(shim: TestShim, servers: readonly Server[]): EqualityRig {
  const verdicts = createVerdictReader(shim)
  const caBundle = readFileSync(shim.authority, 'utf8')
  const file = join(shim.folder, 'policies.yml')
  let ids: ReadonlyMap<string, string> = new Map()
  let mutating: ReadonlySet<string> = new Set()
  let audits = 0

  return {
    senders: servers.map(({ send }) => send),
    async register(policies, exclusions = 'none') {
      const entries = Object.entries(policies).map(([id, policy]) => [id, toEntry(id, MODULE, policy)])
      writeFileSync(file, JSON.stringify(Object.fromEntries(entries)))
      const sources = await readPolicySources(file)
      await shim.shim.reload()
      await refuseFailures(shim)
      const { digest, plan } = describeSources(sources, 'api-server')
      const options = { policies: toWebhookPolicies(sources.specs), client: { host: HOST }, caBundle, exclusions }
      for (const { registration, manifests } of servers) {
        const combined = registration === 'combined' ? { combined: { digest } } : {}
        await replaceStaticManifests(manifests, manifestsWithSentinel({ ...options, ...combined }, digest))
      }
      await Promise.all(servers.map((server) => waitForSentinel(server.send, digest)))
      ids = new Map(Object.keys(policies).map((id) => [webhookName(id), id]))
      mutating = new Set(Object.keys(policies).filter((id) => policies[id]?.mutating))
      return plan
    },
    async ask(request) {
      const outcomes: [Registration, Outcome][] = []
      for (const { registration, send } of servers) {
        const { answer, said } = await verdicts.during(() => send(request), mutating)
        outcomes.push([registration, normalise(answer, said, { ids })])
      }
      return Object.fromEntries(outcomes) as unknown as Outcomes
    },
    async askAudited(request) {
      const found: [Registration, Readonly<Record<string, string>>][] = []
      for (const { registration, send, auditLog } of servers) {
        const auditId = `case-${++audits}`
        await send({ ...request, auditId })
        found.push([registration, await readAnnotations(auditLog, auditId)])
      }
      return Object.fromEntries(found) as unknown as Awaited<ReturnType<EqualityRig['askAudited']>>
    },
  }
}

async function refuseFailures(shim: TestShim): Promise<void> {
  const { failed, outdated, reloadError } = JSON.parse((await shim.call('GET', '/readiness')).text)
  const problems = { ...failed, ...outdated, ...(reloadError && { reloadError }) }
  if (Object.keys(problems).length > 0) throw new Error(JSON.stringify(problems))
}

/** The annotations of our webhooks, without what the API server notes of its own accord. */
async function readAnnotations(auditLog: string, auditId: string): Promise<Record<string, string>> {
  for (;;) {
    const lines = (await readFile(auditLog, 'utf8')).split('\n').filter((line) => line.includes(`"${auditId}"`))
    const event = lines.map((line) => JSON.parse(line)).find(({ stage }) => stage === 'ResponseComplete')
    if (event === undefined) continue
    const annotations = Object.entries(event.annotations ?? {}) as [string, string][]
    return Object.fromEntries(annotations.filter(([key]) => key.includes('gatehouse.internal/')))
  }
}
