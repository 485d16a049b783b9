import t from 'tap'
import { runDrift } from '../../../bench/evaluate/drift.ts'
import { formatDriftReport, judgeDrift } from '../../../bench/evaluate/drift-report.ts'
import { worstOf } from '../../../bench/verdict.ts'
import { createSteps } from '../../../util/steps.ts'

const steps = createSteps({ isTerminal: false, write() {} })

t.test('one policy of each guest kind is asked as often as wanted', async (t) => {
  const report = await runDrift({ evaluations: 25, warmup: 2, signal: new AbortController().signal }, steps)
  t.strictSame(report.rows.map(({ executionMode }) => executionMode).sort(), [
    'gatekeeper',
    'kubewarden-wapc',
    'opa',
    'wasi',
  ])
  for (const { first, last, evaluations } of report.rows) {
    t.equal(evaluations, 25)
    for (const { p50, p99, residentBytes } of [first, last]) t.ok(p50 > 0 && p99 >= p50 && residentBytes > 1e7)
  }
  t.match(formatDriftReport(report, 'table'), /note: drift shows in 100000 evaluations; these are 25/)
  t.strictSame(JSON.parse(formatDriftReport(report, 'json')), JSON.parse(JSON.stringify(report)))
})

t.test('the end must be neither slower nor larger than the beginning', async (t) => {
  const first = { p50: 1, p99: 4, residentBytes: 100e6 }
  const verdictOf = (last: Partial<typeof first>) =>
    worstOf(judgeDrift({ policy: 'a', executionMode: 'opa', evaluations: 10, first, last: { ...first, ...last } }))
  t.equal(verdictOf({ p50: 1.2, p99: 6, residentBytes: 132e6 }), 'pass')
  t.equal(verdictOf({ p50: 1.21 }), 'fail')
  t.equal(verdictOf({ p99: 6.1 }), 'fail')
  t.equal(verdictOf({ residentBytes: 133e6 }), 'fail')
})
