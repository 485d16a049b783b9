import { availableParallelism } from 'node:os'
import { Option } from 'commander'
import { createTextLog } from '../../util/text-log.ts'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { type AccessFlags, addAccessOptions, storeOption, toAccess } from '../modules/access-flags.ts'
import { parseSeconds } from '../parse-seconds.ts'
import type { Report } from '../testing/report/report.ts'

const HELP = `
Test files are called policy-test.yml, or end in .policy-test.yml; folders are searched for them. A file names a policy and
cases: what it is asked, and what it shall say. docs/testing-policies.md has every field.

  policy: policy.wasm
  cases:
    - name: a Pod must say whose it is
      object: {apiVersion: v1, kind: Pod, metadata: {name: web}}
      settings: {required_labels: [owner]}
      expect: {allowed: false, message: {contains: owner}}

A policy that fails, by a trap or because it takes too long, fails its case, unless the case expects that. The exit code is
0 if all cases pass, 1 if some fail, and 3 if nothing was run: all problems of all files are listed then.

Examples:
  # all tests below this folder
  gatehouse test

  # one policy's, some cases of it
  gatehouse test policies/pod-privileged --filter "init container"

  # for a pipeline that reads JUnit XML
  gatehouse test policies -o junit > report.xml
`

interface TestFlags extends AccessFlags {
  readonly output: 'table' | 'json' | 'junit'
  readonly filter?: string
  readonly timeout: number
}

export const addTestCommand: AddCommand = (program, { io, leaveWith }) => {
  const test = program
    .command('test')
    .description('Test policies by cases that are written down.')
    .argument('[path...]', 'test files, or folders with test files somewhere in them', ['.'])
    .addOption(
      new Option('-o, --output <format>', 'table, json or junit').choices(['table', 'json', 'junit']).default('table'),
    )
    .option('--filter <text>', "run only cases with this text in their or their file's name")
    .option('--timeout <seconds>', 'how long one evaluation may take', parseSeconds, 2)
    .addOption(storeOption())
  addAccessOptions(test)
    .addHelpText('after', HELP)
    .action(async (paths: string[], { output, filter, timeout, ...flags }: TestFlags) => {
      const { startPool } = await import('../evaluation/start-pool.ts')
      const { CaseLogs } = await import('../testing/case-logs.ts')
      const logs = new CaseLogs()
      const workers = availableParallelism()
      await using pool = startPool(workers, createTextLog(io.err), (line) => logs.add(line))
      // loaded while the threads start
      const { testPolicies } = await import('../testing/test-policies.ts')
      const { countResults } = await import('../testing/report/totals.ts')
      const chosen = filter === undefined ? {} : { filter }
      const access = toAccess(flags, io)
      const report = await testPolicies(paths, { pool, workers, logs, access, timeoutMs: timeout * 1000, ...chosen })
      io.out(await render(report, output))
      if (countResults(report.files).failed > 0) leaveWith(EXIT.NO)
    })
}

async function render(report: Report, output: TestFlags['output']): Promise<string> {
  switch (output) {
    case 'json':
      return (await import('../testing/report/render-json.ts')).renderJson(report)
    case 'junit':
      return (await import('../testing/report/render-junit.ts')).renderJunit(report)
    case 'table':
      return (await import('../testing/report/render-text.ts')).renderText(report)
  }
}
