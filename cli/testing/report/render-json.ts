import type { CaseResult } from '../run-tests.ts'
import type { Report } from './report.ts'
import { countResults } from './totals.ts'

/** The results for scripts: one JSON document. */
export function renderJson({ files, logOf, seconds }: Report): string {
  const show = ({ testCase, durationMs, mismatches, response }: CaseResult) => ({
    name: testCase.name,
    line: testCase.line,
    status: mismatches.length === 0 ? 'passed' : 'failed',
    seconds: durationMs / 1000,
    mismatches,
    ...(response === undefined ? {} : { response }),
    log: logOf(testCase),
  })
  const document = {
    ...countResults(files),
    seconds,
    files: files.map(({ file, results }) => ({ file, cases: results.map(show) })),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}
