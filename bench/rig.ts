import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClusterLayout, clusterLayout } from '../clusters/local/layout.ts'
import { type StartedLocalCluster, startLocalCluster } from '../clusters/local/start-local-cluster.ts'
import { runtimeFolder, stateFolder } from '../util/config.ts'
import { GatehouseError } from '../util/errors.ts'
import type { Steps } from '../util/steps.ts'
import { type ApiClient, openApiClient } from './api-client.ts'
import type { Experiment } from './experiment.ts'
import { buildFloorServer } from './floor-server.ts'
import { startInProcessServers } from './in-process-servers.ts'
import { registerPaths } from './register-paths.ts'
import { startFloor, startShim, writeEgressSelectors } from './rig-processes.ts'
import { API_SERVERS, type ApiServerRole, type InProcessRole } from './rows.ts'

export interface RigOptions {
  readonly kubernetesVersion: string
  readonly assets?: string
  readonly signal?: AbortSignal
  /** The address of a module that the shim loads before it starts, to be looked into. */
  readonly shimPreload?: string
}

/** Everything that is measured, running: three API servers or five on one etcd, the shim, the floor, and the policies. */
export interface StartedRig extends AsyncDisposable {
  readonly kubernetesVersion: string
  readonly experiment: Experiment
  /** Of every API server that a row is on. */
  clientOf(role: ApiServerRole): ApiClient
  readonly shimPid: number
}

/** Starts the rig. Its cluster has a name of its own, so that `gatehouse cluster down` can remove what a killed run left. */
export async function startRig(experiment: Experiment, options: RigOptions, steps: Steps): Promise<StartedRig> {
  await using resources = new AsyncDisposableStack()
  const floorProgram = await steps.run('Finding the floor server', () => buildFloorServer())
  const layout = clusterLayout(`bench-${randomBytes(3).toString('hex')}`, stateFolder(), runtimeFolder())
  const folder = await createFolder(resources)
  const cluster = resources.use(await startCluster(layout, folder, options, steps))
  options.signal?.throwIfAborted()
  const floor = await steps.run('Starting the floor', () => startFloor(layout, floorProgram))
  const shim = await steps.run('Starting the shim', () =>
    startShim(layout, folder, { ...experiment, preload: options.shimPreload }),
  )
  const ours = await startInProcessServers(experiment, { layout, folder, ...options }, steps)
  const clients = await openClients(cluster, ours, resources)
  const clientOf = (role: ApiServerRole) => {
    const client = clients.get(role)
    if (client === undefined) throw new RangeError(`there is no API server ${role}`)
    return client
  }
  await steps.run('Registering every path', () =>
    registerPaths(clientOf('none').kubeConfig, experiment.registrationOf({ floor, shim })),
  )
  const shimPid = await pidOf(cluster, 'shim-1')
  const disposal = resources.move()
  return {
    kubernetesVersion: cluster.kubernetesVersion,
    experiment,
    clientOf,
    shimPid,
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
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

async function openClients(
  cluster: StartedLocalCluster,
  ours: ReadonlyMap<InProcessRole, string>,
  resources: AsyncDisposableStack,
): Promise<ReadonlyMap<ApiServerRole, ApiClient>> {
  const stock = API_SERVERS.map((role, index) => [role, cluster.members[index]?.kubeconfig ?? ''] as const)
  const clients = [...stock, ...ours].map(async ([role, kubeconfig]) => {
    const client = await openApiClient(kubeconfig, MAX_CONNECTIONS)
    resources.defer(() => client.close())
    return [role, client] as const
  })
  return new Map(await Promise.all(clients))
}

async function pidOf(cluster: StartedLocalCluster, name: string): Promise<number> {
  const pid = await cluster.pidOf(name)
  if (pid === undefined) throw new GatehouseError('ERR_PROCESS_EXITED', `${name} has ended; its log is gone with it`)
  return pid
}
