import { adminSocketOption } from '../admin/admin-socket-option.ts'
import type { AddCommand } from '../command.ts'

const HELP = `
Examples:
  gatehouse enable pod-privileged   # what \`gatehouse disable pod-privileged\` began
  gatehouse enable                  # what \`gatehouse disable\` began for all; single ones stay disabled
`

export const addEnableCommand: AddCommand = (program, { io }) => {
  program
    .command('enable')
    .description('End what `gatehouse disable` began before its time.')
    .argument('[policy]', 'its id; the disabling of all policies when it is left out')
    .addOption(adminSocketOption())
    .addHelpText('after', HELP)
    .action(async (policyId: string | undefined, { adminSocket }: { readonly adminSocket: string }) => {
      const { askShim } = await import('../../shim/admin/admin-client.ts')
      const { ended } = await askShim(adminSocket, 'POST /enable', policyId === undefined ? {} : { policyId })
      const name = policyId ?? 'every policy'
      io.out(ended ? `enabled: ${name}\n` : `was not disabled: ${name}\n`)
    })
}
