import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'

/** `kwctl info`. */
export function addInfo(kwctl: Command, { io }: CommandContext): void {
  kwctl
    .command('info')
    .description('Show versions, built-in functions of Rego and folders.')
    .addHelpText('after', '\nExample:\n  kwctl info\n')
    .action(async () => {
      const { describeSystem } = await import('./describe-system.ts')
      io.out(describeSystem())
    })
}
