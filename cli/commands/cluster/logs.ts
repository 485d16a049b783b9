import { readFile } from 'node:fs/promises'
import { GatehouseError } from '../../../util/errors.ts'
import type { AddCommand } from '../../command.ts'
import { findCluster, nameOption } from './shared.ts'

const EXAMPLES = `
Examples:
  gatehouse cluster logs shim-1
  tail -F "$(gatehouse cluster logs kube-apiserver-1 --path)"
`

export const addLogsCommand: AddCommand = (cluster, { io }) => {
  cluster
    .command('logs [process]')
    .description(
      'Print the log of a process (etcd, kube-apiserver-1, shim-1; on kind what kind exports; k3s), or of all.',
    )
    .addOption(nameOption())
    .option('--path', "print the log's path instead", false)
    .addHelpText('after', EXAMPLES)
    .action(async (process: string | undefined, { name, path }: { name: string; path: boolean }) => {
      const logs = await (await findCluster(name)).logs()
      for (const [title, file] of Object.entries(choose(logs, process))) {
        if (path) io.out(`${file}\n`)
        else io.out(`${process === undefined ? `==> ${title} <==\n` : ''}${await readFile(file, 'utf8')}`)
      }
    })
}

function choose(logs: Readonly<Record<string, string>>, process: string | undefined): Readonly<Record<string, string>> {
  if (process === undefined) return logs
  const file = logs[process]
  if (file !== undefined) return { [process]: file }
  throw new GatehouseError('ERR_CLI_USAGE', `the cluster has no process '${process}'`, {
    hint: `Choose one of ${Object.keys(logs).join(', ')}.`,
  })
}
