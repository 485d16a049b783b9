import { Option } from 'commander'
import type { ClusterSummary } from '../../../clusters/cluster-provider.ts'
import type { AddCommand } from '../../command.ts'
import { renderTable } from '../../render/table.ts'
import { loadProvider } from './shared.ts'

const EXAMPLES = `
Examples:
  gatehouse cluster list
  gatehouse cluster list -o json

States: running; degraded (some of its processes run); stopped. gatehouse cluster up with the same options starts
what is missing.
`

export const addListCommand: AddCommand = (cluster, { io }) => {
  cluster
    .command('list')
    .description('List local clusters.')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['table', 'json']).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(async ({ output }: { output: 'table' | 'json' }) => {
      const clusters = (await (await loadProvider()).list()).map(toRow)
      io.out(output === 'json' ? `${JSON.stringify(clusters, undefined, 2)}\n` : toTable(clusters))
    })
}

function toRow({ name, kubernetesVersion, apiServers, state }: ClusterSummary): ClusterSummary {
  return { name, kubernetesVersion, apiServers, state }
}

function toTable(clusters: readonly ClusterSummary[]): string {
  return renderTable([
    ['NAME', 'KUBERNETES', 'API SERVERS', 'STATE'],
    ...clusters.map(({ name, kubernetesVersion, apiServers, state }) => [
      name,
      kubernetesVersion,
      String(apiServers),
      state,
    ]),
  ])
}
