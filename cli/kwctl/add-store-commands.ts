import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { addAnnotateCommand } from '../commands/annotate.ts'
import { addDigestCommand } from '../commands/digest.ts'
import { addInspect } from '../commands/inspect.ts'
import { addPullCommand } from '../commands/pull.ts'
import { addPushCommand } from '../commands/push.ts'
import { addRmCommand } from '../commands/rm.ts'

/** The commands of `kwctl` about modules and the store: our own under the same names, but for the list. */
export function addStoreCommands(kwctl: Command, context: CommandContext): void {
  addPullCommand(kwctl, context)
  addPushCommand(kwctl, context)
  addDigestCommand(kwctl, context)
  addInspect(kwctl, context, true)
  addAnnotateCommand(kwctl, context)
  addRmCommand(kwctl, context)
  addPolicies(kwctl, context)
}

function addPolicies(kwctl: Command, { io }: CommandContext): void {
  kwctl
    .command('policies')
    .description('List the policies in the store.')
    .addHelpText('after', '\nExample:\n  kwctl policies\n')
    .action(async () => {
      const { openStore } = await import('../../shim/modules/read-pulled-module.ts')
      const { listPolicies } = await import('../modules/list-policies.ts')
      const { renderPolicies } = await import('./policies-table.ts')
      io.out(renderPolicies(await listPolicies(openStore({}))))
    })
}
