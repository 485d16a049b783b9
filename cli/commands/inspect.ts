import { type Command, Option } from 'commander'
import type { AddCommand, CommandContext } from '../command.ts'
import type { ModuleReport } from '../inspect/module-report.ts'
import { type AccessFlags, addAccessOptions, storeOption, toAccess } from '../modules/access-flags.ts'

interface InspectFlags extends AccessFlags {
  readonly output: 'table' | 'yaml' | 'json'
}

import { refuseSignaturesOption } from '../run/kubewarden-options.ts'

const EXAMPLES = `
Examples:
  # what a policy is, what it wants to see, and what it needs from its host
  gatehouse inspect policies/pod-privileged/policy.wasm

  # one that was published; it is pulled unless it is stored
  gatehouse inspect ghcr.io/kubewarden/policies/pod-privileged:v1.0.0

  # the rules that its author suggests, to paste into policies.yml
  gatehouse inspect policies/pod-privileged/policy.wasm -o yaml
`

/** Adds the command; `kwctl` shows the metadata alone to scripts. */
export function addInspect(program: Command, { io }: CommandContext, isMetadataAlone: boolean): void {
  const inspect = program
    .command('inspect')
    .description('Show what a policy says of itself, without running it.')
    .argument('<policy>', "the module's file, its reference, or the start of a stored one's digest")
    .addOption(
      new Option('-o, --output <format>', 'table, yaml or json').choices(['table', 'yaml', 'json']).default('table'),
    )
    .addOption(storeOption())
  refuseSignaturesOption(addAccessOptions(inspect))
    .addHelpText('after', EXAMPLES)
    .action(async (policy: string, { output, ...flags }: InspectFlags) => {
      const { readModule } = await import('../../shim/policies/module-source.ts')
      const { resolveTypedModule } = await import('../typed-module.ts')
      const { reportModule } = await import('../inspect/module-report.ts')
      const { toDocument, toTable } = await import('../inspect/render-report.ts')
      const toShown = (shown: ModuleReport) => (isMetadataAlone ? (shown.metadata ?? {}) : toDocument(shown))
      const module = resolveTypedModule(policy)
      const report = await reportModule(module, await readModule({ id: policy, module }, toAccess(flags, io)))
      if (output === 'table') io.out(toTable(report))
      else if (output === 'json') io.out(`${JSON.stringify(toShown(report))}\n`)
      else io.out((await import('yaml')).stringify(toShown(report)))
    })
}

export const addInspectCommand: AddCommand = (program, context) => addInspect(program, context, false)
