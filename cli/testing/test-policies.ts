import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { CaseLogs } from './case-logs.ts'
import { findTestFiles } from './find-test-files.ts'
import type { TestedPolicyOptions } from './policy-under-test.ts'
import { readTestFiles } from './read-test-file.ts'
import type { Report } from './report/report.ts'
import { runTests } from './run-tests.ts'
import type { TestFile } from './test-case.ts'

export interface TestOptions extends TestedPolicyOptions {
  readonly pool: StartedEvaluatorPool
  readonly workers: number
  readonly logs: CaseLogs
  /** Part of the file's or the case's name; all, if absent. */
  readonly filter?: string
}

/** Finds, reads and runs the policy tests at these paths. @throws ERR_TESTS_INVALID, ERR_TESTS_NONE, ERR_FILE_READ */
export async function testPolicies(
  paths: readonly string[],
  { pool, workers, logs, filter, ...options }: TestOptions,
): Promise<Report> {
  const startedAt = performance.now()
  const files = await readTestFiles(await findTestFiles(paths), options)
  const chosen = filter === undefined ? files : chooseCases(files, filter)
  const results = await runTests(chosen, pool, workers)
  return { files: results, seconds: (performance.now() - startedAt) / 1000, logOf: (testCase) => logs.of(testCase) }
}

function chooseCases(files: readonly TestFile[], filter: string): TestFile[] {
  const wanted = filter.toLowerCase()
  const chosen = files
    .map((file) => ({
      ...file,
      cases: file.cases.filter(({ name }) => `${file.file} ${name}`.toLowerCase().includes(wanted)),
    }))
    .filter(({ cases }) => cases.length > 0)
  if (chosen.length > 0) return chosen
  throw new GatehouseError('ERR_TESTS_NONE', `--filter ${filter} is in no file's and in no case's name`)
}
