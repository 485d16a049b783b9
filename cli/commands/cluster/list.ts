import { Option } from 'commander'
import type { AddCommand } from '../../command.ts'
import { renderTable } from '../../render/table.ts'
import { listClusters } from './shared.ts'

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
    .description('List clusters.')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['table', 'json']).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(async ({ output }: { output: 'table' | 'json' }) => {
      const clusters = await listClusters()
      io.out(output === 'json' ? `${JSON.stringify(clusters, undefined, 2)}\n` : toTable(clusters))
    })
}

function toTable(clusters: Awaited<ReturnType<typeof listClusters>>): string {
  return renderTable([
    ['NAME', 'PROVIDER', 'KUBERNETES', 'API SERVERS', 'STATE'],
    ...clusters.map(({ name, provider, kubernetesVersion, apiServers, state }) => [
      name,
      provider,
      kubernetesVersion,
      String(apiServers),
      state,
    ]),
  ])
}
