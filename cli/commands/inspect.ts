import { Option } from 'commander'
import type { AddCommand } from '../command.ts'

const EXAMPLES = `
Examples:
  # what a policy is, what it wants to see, and what it needs from its host
  gatehouse inspect policies/pod-privileged/policy.wasm

  # the rules that its author suggests, to paste into policies.yml
  gatehouse inspect policies/pod-privileged/policy.wasm -o yaml
`

export const addInspectCommand: AddCommand = (program, { io }) => {
  program
    .command('inspect')
    .description('Show what a policy says of itself, without running it.')
    .argument('<policy>', "the module's file")
    .addOption(
      new Option('-o, --output <format>', 'table, yaml or json').choices(['table', 'yaml', 'json']).default('table'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (policy: string, { output }: { readonly output: 'table' | 'yaml' | 'json' }) => {
      const { readModule } = await import('../../shim/policies/module-source.ts')
      const { resolveTypedModule } = await import('../typed-module.ts')
      const { reportModule } = await import('../inspect/module-report.ts')
      const { toDocument, toTable } = await import('../inspect/render-report.ts')
      const module = resolveTypedModule(policy)
      const report = await reportModule(module, await readModule({ id: policy, module }))
      if (output === 'table') io.out(toTable(report))
      else if (output === 'json') io.out(`${JSON.stringify(toDocument(report))}\n`)
      else io.out((await import('yaml')).stringify(toDocument(report)))
    })
}
