import { toOneLine } from '../../../util/one-line.ts'
import type { CaseResult } from '../run-tests.ts'
import { describeMismatch } from './describe-mismatch.ts'
import type { Report } from './report.ts'
import { countResults, type Totals } from './totals.ts'

/** The results for people: a file after the other, with what is wrong below each case that failed. */
export function renderText({ files, logOf, seconds }: Report): string {
  const lines = files.flatMap((file) => [
    `${toOneLine(file.file)}: ${tell(countResults([file]))}`,
    ...file.results.flatMap((result) => show(result, logOf)),
    '',
  ])
  return [...lines, `${count(files.length, 'file')}: ${tell(countResults(files))} (${seconds.toFixed(1)} s)`, ''].join(
    '\n',
  )
}

function show(result: CaseResult, logOf: Report['logOf']): string[] {
  const { testCase, mismatches } = result
  if (mismatches.length === 0) return [`  ✓ ${toOneLine(testCase.name)}`]
  const log = logOf(testCase)
  return [
    `  ✗ ${toOneLine(testCase.name)} (line ${testCase.line})`,
    ...mismatches.flatMap(describeMismatch).map((line) => `      ${line}`),
    ...(log.length === 0 ? [] : ['      the policy logged', ...log.map((line) => `        ${line.trimEnd()}`)]),
  ]
}

function tell({ passed, failed }: Totals): string {
  return `${passed} passed, ${failed} failed`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
