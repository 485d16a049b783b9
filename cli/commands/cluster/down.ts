import type { AddCommand } from '../../command.ts'
import { loadProvider, nameOption } from './shared.ts'

interface DownFlags {
  readonly name: string
  readonly all: boolean
}

const EXAMPLES = `
Examples:
  gatehouse cluster down
  gatehouse cluster down --name old
  gatehouse cluster down --all

It works as well for a cluster whose start was cut off, and says so when there is nothing to remove.
`

export const addDownCommand: AddCommand = (cluster, { io }) => {
  cluster
    .command('down')
    .description("End a cluster's processes and remove its files and its kubeconfig entries.")
    .addOption(nameOption().conflicts('all'))
    .option('--all', 'remove every local cluster', false)
    .addHelpText('after', EXAMPLES)
    .action(async ({ name, all }: DownFlags) => {
      const provider = await loadProvider()
      const names = all ? (await provider.list()).map((summary) => summary.name) : [name]
      for (const each of names) {
        const wasThere = await provider.down(each, io.steps)
        io.out(wasThere ? `cluster '${each}' is gone\n` : `there is no cluster '${each}'\n`)
      }
      if (names.length === 0) io.out('there are no clusters\n')
    })
}
