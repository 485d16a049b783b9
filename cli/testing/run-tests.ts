import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { messageOf } from '../../util/errors.ts'
import { mapInParallel } from '../../util/map-in-parallel.ts'
import { askPolicy, refusalOfSettings } from '../evaluation/ask-policy.ts'
import { compareAnswer, compareSettings, type Mismatch } from './compare-answer.ts'
import type { TestCase, TestFile } from './test-case.ts'

/** What became of a case. */
export interface CaseResult {
  readonly testCase: TestCase
  readonly durationMs: number
  /** None: it passed. */
  readonly mismatches: readonly Mismatch[]
  /** Absent when the policy was not asked. */
  readonly response?: AdmissionResponse
}

export interface FileResult {
  readonly file: string
  readonly results: readonly CaseResult[]
}

/** Runs all cases, so many at the same time; each result comes in its place. A guest that runs away costs its own case. */
export async function runTests(
  files: readonly TestFile[],
  pool: StartedEvaluatorPool,
  workers: number,
): Promise<FileResult[]> {
  const results = await mapInParallel(
    files.flatMap(({ cases }) => cases),
    workers,
    (testCase) => runCase(testCase, pool),
  )
  return files.map(({ file }) => ({ file, results: results.filter(({ testCase }) => testCase.file === file) }))
}

async function runCase(testCase: TestCase, pool: StartedEvaluatorPool): Promise<CaseResult> {
  const startedAt = performance.now()
  const outcome = await judge(testCase, pool).catch((error: unknown) => ({
    mismatches: [{ field: 'run', expected: 'an answer', actual: messageOf(error) }],
  }))
  return { testCase, durationMs: performance.now() - startedAt, ...outcome }
}

// Settings that are refused are never served, so that no request is asked about under them.
async function judge(
  testCase: TestCase,
  pool: StartedEvaluatorPool,
): Promise<Pick<CaseResult, 'mismatches' | 'response'>> {
  const refusal = await refusalOfSettings(pool, testCase.policy)
  const mismatches = compareSettings(testCase, refusal)
  if (mismatches.length > 0 || testCase.request === undefined) return { mismatches }
  const response = await askPolicy(pool, testCase.policy, testCase.request)
  return { mismatches: compareAnswer(testCase, response), response }
}
