import { InvalidArgumentError } from 'commander'
import { adminSocketOption } from '../admin/admin-socket-option.ts'
import type { AddCommand, CommandContext } from '../command.ts'
import { type OutputFormat, outputOption } from '../render/output-option.ts'

interface TopFlags {
  readonly adminSocket: string
  readonly output: OutputFormat
  readonly interval: number
  readonly once?: true
}

const HELP = `
Counts and times are since the shim started, or since the policy was added; percentiles are at most an eighth too high.
ALLOWED and DENIED are what the policy itself decided, monitor mode or not. ERRORS: it should have decided and could not.
UNASKED: it was disabled, or the request exempted.

Examples:
  gatehouse top                 # on a terminal until Ctrl-C; otherwise once
  gatehouse top --once -o json
`

export const addTopCommand: AddCommand = (program, context) => {
  program
    .command('top')
    .description('Watch verdicts, latency and the last error of every policy of a running shim.')
    .addOption(adminSocketOption())
    .addOption(outputOption())
    .option('--interval <seconds>', 'how often the table is refreshed', parseInterval, 2)
    .option('--once', 'show it once, on a terminal too')
    .addHelpText('after', HELP)
    .action((flags: TopFlags) => runTop(flags, context))
}

async function runTop({ adminSocket, output, interval, once }: TopFlags, { io }: CommandContext): Promise<void> {
  const { askShim } = await import('../../shim/admin/admin-client.ts')
  const { renderTraffic } = await import('../admin/policies-table.ts')
  const { renderResult } = await import('../render/output.ts')
  const { watchOnTerminal } = await import('../render/watch-on-terminal.ts')
  const render = async () => renderResult(await askShim(adminSocket, 'GET /policies'), output, renderTraffic)
  if (once === true || output !== 'table' || !io.isTerminal) io.out(await render())
  else await watchOnTerminal(io, interval * 1000, render)
}

function parseInterval(text: string): number {
  const seconds = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < 0.1 || seconds > 3600)
    throw new InvalidArgumentError('Write a number of seconds from 0.1 to 3600.')
  return seconds
}
