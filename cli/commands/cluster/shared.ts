import { Option } from 'commander'
import type { Cluster, ClusterProvider, ClusterSummary } from '../../../clusters/cluster-provider.ts'
import { GatehouseError } from '../../../util/errors.ts'

export const DEFAULT_CLUSTER_NAME = 'gatehouse'

/** `--name`, the same for all commands. */
export function nameOption(): Option {
  return new Option('--name <name>', 'name of the cluster').default(DEFAULT_CLUSTER_NAME)
}

/** Collects an option that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}

export const PROVIDERS = ['local', 'kind', 'k3s'] as const
export type ProviderName = (typeof PROVIDERS)[number]

/** A provider, loaded when a command runs and not for its help. */
export async function loadProvider(name: ProviderName): Promise<ClusterProvider> {
  if (name === 'k3s') return new (await import('../../../clusters/k3s/k3s-provider.ts')).K3sProvider()
  if (name === 'kind') return new (await import('../../../clusters/kind/kind-provider.ts')).KindProvider()
  return new (await import('../../../clusters/local/local-provider.ts')).LocalProvider()
}

/** All clusters, each with what it runs on. */
export async function listClusters(): Promise<(ClusterSummary & { readonly provider: ProviderName })[]> {
  const lists = await Promise.all(
    PROVIDERS.map(async (provider) =>
      (await (await loadProvider(provider)).list()).map(({ name, kubernetesVersion, apiServers, state }) => ({
        name,
        provider,
        kubernetesVersion,
        apiServers,
        state,
      })),
    ),
  )
  return lists.flat().sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A name stands for one cluster, whatever it runs on: the other commands find it by the name alone. */
export async function refuseOtherProvider(name: string, provider: ProviderName): Promise<void> {
  const other = (await listClusters()).find((cluster) => cluster.name === name && cluster.provider !== provider)
  if (other === undefined) return
  const message = `cluster '${name}' exists with other options: provider is ${other.provider}, not ${provider}`
  throw new GatehouseError('ERR_CLUSTER_EXISTS', message, {
    hint: `Remove it first (gatehouse cluster down --name ${name}), or choose another --name.`,
  })
}

/** The cluster of that name, or an error that names those that there are. */
export async function findCluster(name: string): Promise<Cluster> {
  for (const provider of PROVIDERS) {
    const cluster = await (await loadProvider(provider)).get(name)
    if (cluster !== undefined) return cluster
  }
  const names = (await listClusters()).map((other) => other.name)
  throw new GatehouseError('ERR_CLUSTER_NOT_FOUND', `there is no cluster '${name}'`, {
    hint: names.length === 0 ? 'Start one: gatehouse cluster up.' : `Choose one by --name: ${names.join(', ')}.`,
  })
}
