import { adminSocketOption } from '../admin/admin-socket-option.ts'
import type { AddCommand } from '../command.ts'
import { type OutputFormat, outputOption } from '../render/output-option.ts'

const HELP = `
States: served; outdated (its last good version answers, since the one configured now is refused); failed (nothing can
answer for it); disabled (by hand, for a while).

Examples:
  gatehouse policies
  gatehouse policies -o json | jq -r '.[] | select(.state != "served") | .id'
`

export const addPoliciesCommand: AddCommand = (program, { io }) => {
  program
    .command('policies')
    .description('List the policies of a running shim, and what became of each.')
    .addOption(adminSocketOption())
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async ({ adminSocket, output }: { readonly adminSocket: string; readonly output: OutputFormat }) => {
      const { askShim } = await import('../../shim/admin/admin-client.ts')
      const { renderPolicies } = await import('../admin/policies-table.ts')
      const { renderResult } = await import('../render/output.ts')
      io.out(renderResult(await askShim(adminSocket, 'GET /policies'), output, renderPolicies))
    })
}
