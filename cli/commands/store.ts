import type { Command } from 'commander'
import type { AddCommand, CommandContext } from '../command.ts'
import { type AccessFlags, storeOption, toAccess } from '../modules/access-flags.ts'
import { type OutputFormat, outputOption } from '../render/output-option.ts'
import { addRmCommand } from './rm.ts'

const HELP = `
Several processes may use a store at the same time; what they read is checked against its digest.

Examples:
  gatehouse store list
  gatehouse store prune --store /var/lib/gatehouse/store
`

const LIST_EXAMPLES = `
Examples:
  gatehouse store list
  gatehouse store list -o json | jq -r '.[].immutableReference'
`

const PRUNE_EXAMPLES = `
Example:
  gatehouse store prune --store /var/lib/gatehouse/store
`

export const addStoreCommand: AddCommand = (program, context) => {
  const store = program
    .command('store')
    .description('Look after the modules that were pulled.')
    .addHelpText('after', HELP)
  addList(store, context)
  addRmCommand(store, context)
  addPrune(store, context)
}

function addList(store: Command, { io }: CommandContext): void {
  store
    .command('list')
    .description('List the policies in the store.')
    .addOption(outputOption())
    .addOption(storeOption())
    .addHelpText('after', LIST_EXAMPLES)
    .action(async ({ output, ...flags }: AccessFlags & { readonly output: OutputFormat }) => {
      const { openStore } = await import('../../shim/modules/read-pulled-module.ts')
      const { listPolicies, renderPolicies } = await import('../modules/list-policies.ts')
      const { renderResult } = await import('../render/output.ts')
      io.out(renderResult(await listPolicies(openStore(toAccess(flags, io))), output, renderPolicies))
    })
}

function addPrune(store: Command, { io }: CommandContext): void {
  store
    .command('prune')
    .description('Remove modules that no reference stands for any more, since its tag has moved.')
    .addOption(storeOption())
    .addHelpText('after', PRUNE_EXAMPLES)
    .action(async (flags: AccessFlags) => {
      const { openStore } = await import('../../shim/modules/read-pulled-module.ts')
      const { formatBytes } = await import('../../util/bytes.ts')
      const opened = openStore(toAccess(flags, io))
      const { blobs, bytes } = await opened.prune()
      const kept = formatBytes(await opened.totalBytes())
      io.out(`removed ${blobs} ${blobs === 1 ? 'module' : 'modules'} (${formatBytes(bytes)}), kept ${kept}\n`)
    })
}
