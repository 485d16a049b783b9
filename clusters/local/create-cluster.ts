import { chooseWebhookSource, type WebhookSource } from '../../plugin/webhook-source.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { isExecutable } from '../../util/programs.ts'
import type { Steps } from '../../util/steps.ts'
import type { ResolvedBinaries } from '../binaries/resolve.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../cluster-provider.ts'
import { refuseDifferences } from '../differing-options.ts'
import { explainFailedProcess } from '../explain-failed-process.ts'
import { addToKubeconfig } from '../kubeconfig.ts'
import { stopClusterProcesses } from './cluster-processes.ts'
import type { ClusterLayout } from './layout.ts'
import { ensureEtcd, kubeconfigEntry, membersOf } from './members.ts'
import { ensurePki } from './pki.ts'
import { findFreePorts } from './ports.ts'
import { ClusterRecord, describeDifferences, hasShims, hasWebhooks } from './record.ts'
import { ensureSocketFolder } from './socket-folder.ts'
import { startMember } from './start-member.ts'

/** What this run is to reach, besides what the cluster remembers of the run that created it. */
interface Goal {
  readonly kubeconfig: string | undefined
  readonly policiesDigest: string | undefined
  /** Where the API servers are to find the webhooks. */
  readonly webhooks: WebhookSource | undefined
  readonly signal: AbortSignal | undefined
  /** Tells the operator what he has to know. */
  readonly note: (text: string) => void
}

/** One line of progress. It does what is not done yet, so every action can run again. */
interface Action {
  readonly title: string
  run(record: ClusterRecord, goal: Goal): Promise<unknown>
}

/** Brings the cluster to the state that the options ask for, be it absent, half there or running. Needs its lock. */
export async function createCluster(
  layout: ClusterLayout,
  options: ClusterOptions,
  steps: Steps,
): Promise<ClusterRecord> {
  const found = await ClusterRecord.read(layout)
  if (found !== undefined) refuseDifferences(layout, describeDifferences(found.state, options))
  const { wasmPolicies, kubeconfig, signal } = options
  const policiesDigest = wasmPolicies === undefined ? undefined : await digest(wasmPolicies)
  const binaries = await findBinaries(found, options, steps)
  signal?.throwIfAborted()
  const webhooks = hasWebhooks(options)
    ? chooseWebhookSource(binaries.kubeApiServer.version, wasmPolicies?.webhooks)
    : undefined
  const record = found ?? (await createRecord(layout, options, { binaries, webhooks }))
  try {
    for (const action of listActions(record)) {
      const goal = { kubeconfig, policiesDigest, webhooks, signal, note: steps.note }
      await steps.run(action.title, () => action.run(record, goal))
      signal?.throwIfAborted()
    }
    return record
  } catch (error) {
    throw explainFailedProcess(error, layout)
  }
}

function listActions({ state, members }: ClusterRecord): Action[] {
  const { etcd, kubeApiServer } = state.binaries
  const apiServer = `kube-apiserver ${kubeApiServer.version} (from ${kubeApiServer.source})`
  const [times, withShim] =
    members.length === 1 ? ['', ' and its shim'] : [`${members.length} × `, ', each with its shim']
  const actions: Action[] = [
    { title: 'Writing certificates', run: prepareFiles },
    {
      title: `Starting etcd ${etcd.version} (from ${etcd.source})`,
      run: (record, { signal }) => ensureEtcd(record, signal),
    },
    { title: `Starting ${times}${apiServer}${hasShims(state) ? withShim : ''}`, run: startMembers },
  ]
  if (hasWebhooks(state)) actions.push({ title: 'Registering the policies', run: register })
  return [...actions, { title: 'Writing the kubeconfig', run: writeKubeconfigs }]
}

async function prepareFiles(record: ClusterRecord): Promise<void> {
  const { layout } = record
  await ensureSocketFolder(layout)
  const folders = [layout.logs, layout.etcdData, ...membersOf(record).map(({ folder }) => folder)]
  for (const folder of folders) await makeFolder(folder, 0o700)
  await ensurePki(layout.pki)
}

// Whoever runs the policies reads them when it starts, so changed ones mean that it starts again.
async function startMembers(record: ClusterRecord, { policiesDigest, signal }: Goal): Promise<void> {
  if (record.state.webhooks === 'static') await (await loadGate()).prepareStaticManifests(record)
  if (policiesDigest !== record.state.policiesDigest) {
    const readers = hasShims(record.state) ? 'shim-' : 'kube-apiserver-'
    await stopClusterProcesses(record.layout, (name) => name.startsWith(readers))
  }
  const starting = record.members.map((number) => startMember(record, number, signal))
  // Wait for all of them even if one fails: nothing may start any more once the cleaning up has begun.
  const failed = (await Promise.allSettled(starting)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  if (policiesDigest !== undefined) await record.update({ policiesDigest })
}

async function register(record: ClusterRecord, { webhooks, note }: Goal): Promise<void> {
  const { registerPolicies } = await loadGate()
  await registerPolicies(record, webhooks, note)
}

async function digest({ policies }: WasmPoliciesOptions): Promise<string> {
  const { digestPolicies } = await import('./policies.ts')
  return digestPolicies(policies)
}

// The Kubernetes client alone takes half a second to load, and a stock cluster needs none of it.
function loadGate() {
  return import('./registration.ts')
}

async function writeKubeconfigs(record: ClusterRecord, { kubeconfig }: Goal): Promise<void> {
  await record.rememberKubeconfig(kubeconfig)
  const entry = await kubeconfigEntry(record, 1)
  for (const file of record.state.kubeconfigs) await addToKubeconfig(file, entry)
}

// A cluster keeps its programs, unless somebody has cleaned the cache.
async function findBinaries(
  found: ClusterRecord | undefined,
  { kubernetesVersion, assets, apiServer }: ClusterOptions,
  steps: Steps,
): Promise<ResolvedBinaries> {
  const kept = found?.state.binaries
  if (kept !== undefined && (await isExecutable(kept.etcd.path)) && (await isExecutable(kept.kubeApiServer.path))) {
    return kept
  }
  const { resolveBinaries } = await import('../binaries/resolve.ts')
  const version = kept?.kubeApiServer.version ?? kubernetesVersion
  const binaries = await resolveBinaries({
    kubernetesVersion: version,
    steps,
    inProcess: apiServer !== undefined && apiServer !== 'stock',
    ...(assets !== undefined && { assets }),
  })
  await found?.update({ binaries })
  return binaries
}

async function createRecord(
  layout: ClusterLayout,
  { apiServers, apiServer, apiServerArgs = [], memberArgs = [], wasmPolicies }: ClusterOptions,
  { binaries, webhooks }: { binaries: ResolvedBinaries; webhooks: WebhookSource | undefined },
): Promise<ClusterRecord> {
  return ClusterRecord.create(layout, {
    binaries,
    ...(webhooks !== undefined && { webhooks }),
    ports: await findFreePorts(apiServers),
    apiServerArgs,
    memberArgs,
    ...(apiServer !== undefined && { apiServer }),
    ...(wasmPolicies !== undefined && { wasmPolicies }),
    kubeconfigs: [],
  })
}
