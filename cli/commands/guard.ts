import type { AddCommand } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'

const HELP = `
For machines whose service manager restarts what ends, but does not notice what is stopped (SIGSTOP), or takes seconds
for it. Signals are passed on to the shim: SIGTERM ends both, SIGHUP loads the policies again. With --fallback a shim
that was started again answers by its fallback at once, while it loads.

Examples:
  gatehouse guard -- --policies /etc/gatehouse/policies.yml --fallback https://gatehouse.gatehouse-system.svc
`

export const addGuardCommand: AddCommand = (program, { io, leaveWith }) => {
  program
    .command('guard')
    .description('Run a shim, start it again when it dies, and end it when it is stopped and answers nobody.')
    .argument('<flags...>', 'of the shim, after --')
    .addHelpText('after', HELP)
    .action(async (args: readonly string[]) => {
      const { Guard } = await import('../../shim/guard/guard.ts')
      const { createLog } = await import('../../util/log.ts')
      const log = createLog({ level: 'info', format: 'text', write: io.err })
      const guard = new Guard({ args, log })
      io.onStopSignal((signal) => guard.signal(signal))
      io.onReloadSignal(() => guard.signal('SIGHUP'))
      const code = await guard.run()
      if (code !== 0) leaveWith(code as ExitCode)
    })
}
