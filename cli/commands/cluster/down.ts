import type { Steps } from '../../../util/steps.ts'
import type { AddCommand } from '../../command.ts'
import { listClusters, loadProvider, nameOption, PROVIDERS } from './shared.ts'

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
    .description("End a cluster's processes and nodes, and remove its files and its kubeconfig entries.")
    .addOption(nameOption().conflicts('all'))
    .option('--all', 'remove every cluster, whatever it runs on', false)
    .addHelpText('after', EXAMPLES)
    .action(async ({ name, all }: DownFlags) => {
      const names = all ? [...new Set((await listClusters()).map((summary) => summary.name))] : [name]
      for (const each of names) {
        const wasThere = await takeDown(each, io.steps)
        io.out(wasThere ? `cluster '${each}' is gone\n` : `there is no cluster '${each}'\n`)
      }
      if (names.length === 0) io.out('there are no clusters\n')
    })
}

/** Whichever providers have something of that name. */
async function takeDown(name: string, steps: Steps): Promise<boolean> {
  let wasThere = false
  for (const provider of PROVIDERS) wasThere = (await (await loadProvider(provider)).down(name, steps)) || wasThere
  return wasThere
}
