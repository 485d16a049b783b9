import { InvalidArgumentError } from 'commander'
import { MAX_DISABLE_MS } from '../../shim/admin/limits.ts'
import { parseDurationMs } from '../../util/duration.ts'
import { adminSocketOption } from '../admin/admin-socket-option.ts'
import type { AddCommand } from '../command.ts'

const HELP = `
While it is disabled, a policy is not asked: requests are allowed, with a warning to whoever sent them and an annotation
in the audit log. Start and end are logged at warn and shown by \`gatehouse status\`; requests let through are counted
in /metrics as gatehouse_disabled_reviews_total. It ends by itself. A reload of the policies does not end it; a restart
of the shim does. Each shim is told for itself: with several API servers, run this beside each.

Examples:
  # somebody is locked out by one policy
  gatehouse disable pod-privileged --for 10m

  # everything is locked: no policy is asked, those that are added meanwhile neither
  gatehouse disable --for 5m
`

export const addDisableCommand: AddCommand = (program, { io }) => {
  program
    .command('disable')
    .description('Let requests pass a policy, or every policy, for a while, without asking it: break the glass.')
    .argument('[policy]', 'its id; all policies when it is left out')
    .requiredOption('--for <duration>', 'how long, such as 30s, 10m or 1h30m; 24h at most', parseSpan)
    .addOption(adminSocketOption())
    .addHelpText('after', HELP)
    .action(async (policyId: string | undefined, flags: { readonly for: number; readonly adminSocket: string }) => {
      const { askShim } = await import('../../shim/admin/admin-client.ts')
      const { describeDisablement } = await import('../admin/status-table.ts')
      const request = { ...(policyId === undefined ? {} : { policyId }), forMs: flags.for }
      io.out(`disabled: ${describeDisablement(await askShim(flags.adminSocket, 'POST /disable', request))}\n`)
    })
}

function parseSpan(text: string): number {
  const spanMs = parseDurationMs(text) ?? 0
  if (spanMs < 1000 || spanMs > MAX_DISABLE_MS)
    throw new InvalidArgumentError('Write a duration from 1s to 24h, such as 10m.')
  return spanMs
}
