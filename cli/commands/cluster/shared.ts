import { Option } from 'commander'
import type { LocalCluster } from '../../../clusters/local/local-cluster.ts'
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

/** The provider, loaded when a command runs and not for its help. */
export async function loadProvider() {
  const { LocalProvider } = await import('../../../clusters/local/local-provider.ts')
  return new LocalProvider()
}

/** The cluster of that name, or an error that names those that there are. */
export async function findCluster(name: string): Promise<LocalCluster> {
  const provider = await loadProvider()
  const cluster = await provider.get(name)
  if (cluster !== undefined) return cluster
  const names = (await provider.list()).map((other) => other.name)
  throw new GatehouseError('ERR_CLUSTER_NOT_FOUND', `there is no cluster '${name}'`, {
    hint: names.length === 0 ? 'Start one: gatehouse cluster up.' : `Choose one by --name: ${names.join(', ')}.`,
  })
}
