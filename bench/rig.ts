import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterLayout, clusterLayout } from '../clusters/local/layout.ts'
import { type StartedLocalCluster, startLocalCluster } from '../clusters/local/start-local-cluster.ts'
import { webhookName } from '../plugin/webhook-name.ts'
import { runtimeFolder, stateFolder } from '../util/config.ts'
import { GatehouseError } from '../util/errors.ts'
import type { Steps } from '../util/steps.ts'
import { type ApiClient, openApiClient } from './api-client.ts'
import { buildFloorServer } from './floor-server.ts'
import { BENCH_POLICIES, type BenchPolicy } from './policies.ts'
import { FLOOR_ID, registerPaths } from './register-paths.ts'
import { startFloor, startShim, writeEgressSelectors } from './rig-processes.ts'
import { API_SERVERS, type ApiServerRole } from './rows.ts'

export interface RigOptions {
  /** The name of a policy in `policies/`. */
  readonly policy: string
  readonly kubernetesVersion: string
  readonly assets?: string
  readonly signal?: AbortSignal
}

/** Everything that is measured, running: three API servers on one etcd, the shim, the floor, and the policies. */
export interface StartedRig extends AsyncDisposable {
  readonly kubernetesVersion: string
  readonly policy: BenchPolicy
  readonly clients: Readonly<Record<ApiServerRole, ApiClient>>
  readonly shimPid: number
  /** Under which names the API servers count their calls. */
  readonly names: RigNames
}

export interface RigNames {
  readonly cel: string
  readonly floor: string
  readonly shim: string
  readonly loopback: string
}

/** Starts the rig. Its cluster has a name of its own, so that `gatehouse cluster down` can remove what a killed run left. */
export async function startRig(options: RigOptions, steps: Steps): Promise<StartedRig> {
  const policy = choosePolicy(options.policy)
  await using resources = new AsyncDisposableStack()
  const floorProgram = await steps.run('Finding the floor server', () => buildFloorServer())
  const layout = clusterLayout(`bench-${randomBytes(3).toString('hex')}`, stateFolder(), runtimeFolder())
  const folder = await createFolder(resources)
  const cluster = resources.use(await startCluster(layout, folder, options, steps))
  options.signal?.throwIfAborted()
  const floor = await steps.run('Starting the floor', () => startFloor(layout, floorProgram))
  const shim = await steps.run('Starting the shim', () => startShim(layout, folder, options.policy, policy))
  const clients = await openClients(cluster, resources)
  const names = namesOf(options.policy)
  await steps.run('Registering every path', () =>
    registerPaths(clients.none.kubeConfig, { policyName: options.policy, policy, floor, shim, celName: names.cel }),
  )
  const shimPid = await pidOf(cluster, 'shim-1')
  const disposal = resources.move()
  return {
    kubernetesVersion: cluster.kubernetesVersion,
    policy,
    clients,
    shimPid,
    names,
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}

function choosePolicy(name: string): BenchPolicy {
  const policy = Object.hasOwn(BENCH_POLICIES, name) ? BENCH_POLICIES[name] : undefined
  if (policy !== undefined) return policy
  throw new GatehouseError('ERR_BENCH_OPTIONS', `there is no rule in CEL for the policy '${name}'`, {
    hint: `Choose one of ${Object.keys(BENCH_POLICIES).join(', ')}.`,
  })
}

async function createFolder(resources: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  return folder
}

// With the gate off: what the three API servers differ in is given to each by itself.
async function startCluster(
  layout: ClusterLayout,
  folder: string,
  { kubernetesVersion, assets }: RigOptions,
  steps: Steps,
): Promise<StartedLocalCluster> {
  const selectors = await writeEgressSelectors(layout, folder)
  return startLocalCluster({
    name: layout.name,
    kubernetesVersion,
    ...(assets !== undefined && { assets }),
    apiServers: API_SERVERS.length,
    memberArgs: API_SERVERS.map((role) => {
      const file = selectors[role]
      return file === undefined ? [] : [`egress-selector-config-file=${file}`]
    }),
    steps,
  })
}

/** As many connections as any number of clients may want. */
const MAX_CONNECTIONS = 1024

async function openClients(cluster: StartedLocalCluster, resources: AsyncDisposableStack) {
  const clients = API_SERVERS.map(async (role, index) => {
    const client = await openApiClient(cluster.members[index]?.kubeconfig ?? '', MAX_CONNECTIONS)
    resources.defer(() => client.close())
    return [role, client] as const
  })
  return Object.fromEntries(await Promise.all(clients)) as Record<ApiServerRole, ApiClient>
}

function namesOf(policyName: string): RigNames {
  const webhook = webhookName(policyName)
  return {
    cel: `${policyName}.bench.gatehouse.internal`,
    floor: webhookName(FLOOR_ID),
    shim: webhook,
    loopback: webhook,
  }
}

async function pidOf(cluster: StartedLocalCluster, name: string): Promise<number> {
  const pid = await cluster.pidOf(name)
  if (pid === undefined) throw new GatehouseError('ERR_PROCESS_EXITED', `${name} has ended; its log is gone with it`)
  return pid
}
