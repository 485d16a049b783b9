import { adminSocketOption } from '../admin/admin-socket-option.ts'
import type { AddCommand } from '../command.ts'
import { type OutputFormat, outputOption } from '../render/output-option.ts'

const HELP = `
The shim is asked on its admin socket, which only its own user, and root, may use: run this on the host, as one of them.

Examples:
  gatehouse status
  gatehouse status -o json | jq .lastReload

  # a shim of a local cluster
  gatehouse status --admin-socket "$XDG_RUNTIME_DIR/gatehouse/my-cluster/shim-1/admin.sock"
`

export const addStatusCommand: AddCommand = (program, { io }) => {
  program
    .command('status')
    .description('Show a running shim: readiness, policies that failed, last reload, certificate, what is disabled.')
    .addOption(adminSocketOption())
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async ({ adminSocket, output }: { readonly adminSocket: string; readonly output: OutputFormat }) => {
      const { askShim } = await import('../../shim/admin/admin-client.ts')
      const { renderStatus } = await import('../admin/status-table.ts')
      const { renderResult } = await import('../render/output.ts')
      io.out(renderResult(await askShim(adminSocket, 'GET /status'), output, renderStatus))
    })
}
