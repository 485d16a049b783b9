import type { CaseResult, FileResult } from '../run-tests.ts'
import { describeMismatch } from './describe-mismatch.ts'
import type { Report } from './report.ts'
import { countResults } from './totals.ts'
import { element } from './xml.ts'

/**
 * The results as JUnit XML: a suite per file, with no attribute that a strict reader does not know.
 * https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
 */
export function renderJunit({ files, logOf, seconds }: Report): string {
  const suites = files.map((file) => renderSuite(file, logOf))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'gatehouse', ...counts(files), time: time(seconds * 1000) }, suites)}\n`
}

function renderSuite(file: FileResult, logOf: Report['logOf']): string {
  const durationMs = file.results.reduce((sum, result) => sum + result.durationMs, 0)
  const cases = file.results.map((result) => renderCase(result, logOf))
  return element(
    'testsuite',
    { name: file.file, ...counts([file]), skipped: '0', time: time(durationMs), file: file.file },
    cases,
  )
}

function renderCase({ testCase, durationMs, mismatches }: CaseResult, logOf: Report['logOf']): string {
  const { name, file, line } = testCase
  const log = logOf(testCase).join('')
  const [first] = mismatches
  const failure =
    first === undefined
      ? []
      : [
          element(
            'failure',
            { type: first.field, message: mismatches.map(({ field }) => field).join(', ') },
            [`${file}:${line}`, ...mismatches.flatMap(describeMismatch)].join('\n'),
          ),
        ]
  return element('testcase', { name, classname: file, time: time(durationMs) }, [
    ...failure,
    ...(log === '' ? [] : [element('system-out', {}, log)]),
  ])
}

function counts(files: readonly FileResult[]): Record<string, string> {
  const { passed, failed } = countResults(files)
  return { tests: String(passed + failed), failures: String(failed), errors: '0' }
}

const time = (milliseconds: number) => (milliseconds / 1000).toFixed(3)
