import type { AddCommand } from '../command.ts'
import { type AccessFlags, storeOption, toAccess } from '../modules/access-flags.ts'

const HELP = `
Example:
  gatehouse rm registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0
`

export const addRmCommand: AddCommand = (program, { io }) => {
  program
    .command('rm')
    .description('Remove a policy from the store.')
    .argument('<uri>', 'as `gatehouse store list` shows it')
    .addOption(storeOption())
    .addHelpText('after', HELP)
    .action(async (uri: string, flags: AccessFlags) => {
      const { openStore } = await import('../../shim/modules/read-pulled-module.ts')
      const { removePolicy } = await import('../modules/remove-policy.ts')
      await removePolicy(openStore(toAccess(flags, io)), uri)
    })
}
