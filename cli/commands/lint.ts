import { Option } from 'commander'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { type AccessFlags, addAccessOptions, storeOption, toAccess } from '../modules/access-flags.ts'

const HELP = `
Everything that a shim checks when it loads policies is checked: YAML, fields, matchConditions, the expressions of groups,
modules and their metadata, and settings, about which each policy is asked. No cluster is needed; modules that are not
files are pulled unless they are stored. All
problems are listed, one a line, with file, line and field. The exit code is 0 if there is none, and 1 otherwise. An
exemption that has expired, a member that its group's expression never asks, and a key that is no field, which
Kubewarden ignores as well, are warnings, on standard error; with -o json under "warnings".

Examples:
  # before a change is merged
  gatehouse lint policies.d

  # several sets, for a script
  gatehouse lint staging/policies.yml production/policies.yml -o json
`

export const addLintCommand: AddCommand = (program, { io, leaveWith }) => {
  const lint = program
    .command('lint')
    .description('Check policies without a shim, as in a pipeline.')
    .argument('<path...>', 'policies.yml, or a file or folder of policies; each path is a set of its own')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .addOption(storeOption())
  addAccessOptions(lint)
    .addHelpText('after', HELP)
    .action(async (paths: string[], { output, ...flags }: AccessFlags & { readonly output: 'text' | 'json' }) => {
      const { lintPolicies } = await import('../../shim/lint/lint-policies.ts')
      const { pullModules } = await import('../../shim/modules/pull-modules.ts')
      const { formatProblem } = await import('../../util/problems.ts')
      const report = await lintPolicies(paths, pullModules(toAccess(flags, io)))
      const { policies, problems, warnings } = report
      if (output === 'json') io.out(`${JSON.stringify(report)}\n`)
      else for (const problem of problems) io.out(`${formatProblem(problem)}\n`)
      if (output === 'text') for (const warning of warnings) io.err(`warning: ${formatProblem(warning)}\n`)
      io.err(`policies: ${policies}, problems: ${problems.length}\n`)
      if (problems.length > 0) leaveWith(EXIT.NO)
    })
}
