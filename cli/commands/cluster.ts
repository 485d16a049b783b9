import type { AddCommand } from '../command.ts'
import { addDownCommand } from './cluster/down.ts'
import { addKubeconfigCommand } from './cluster/kubeconfig.ts'
import { addListCommand } from './cluster/list.ts'
import { addLogsCommand } from './cluster/logs.ts'
import { addUpCommand } from './cluster/up.ts'

const EXAMPLES = `
Examples:
  gatehouse cluster up
  kubectl --kubeconfig <(gatehouse cluster kubeconfig) get namespaces
  gatehouse cluster down
`

export const addClusterCommand: AddCommand = (program, context) => {
  const cluster = program
    .command('cluster')
    .description('Run clusters of unmodified kube-apiservers: as local processes, or whole nodes of kind or k3s.')
    .addHelpText('after', EXAMPLES)
  for (const add of [addUpCommand, addDownCommand, addListCommand, addLogsCommand, addKubeconfigCommand]) {
    add(cluster, context)
  }
}
