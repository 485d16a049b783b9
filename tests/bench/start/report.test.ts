import t from 'tap'
import { formatStartReport, reportStarts } from '../../../bench/start/report.ts'

const machine = { cpus: 2, model: 'Some CPU', architecture: 'x64', node: 'v24' }
const startsOf = (...times: readonly number[]) => times.map((readyMs) => ({ readyMs, cpuMs: readyMs - 100 }))
const reportOf = (...times: readonly number[]) =>
  reportStarts(
    machine,
    [40, 50, 60],
    [
      { name: 'no policies', starts: startsOf(2000) },
      { name: '13 distinct', starts: startsOf(...times) },
    ],
  )

t.test('the median of 13 distinct policies may be a second, and no other case is judged', async (t) => {
  t.equal(reportOf(900, 1000, 5000).verdict, 'pass')
  t.equal(reportOf(900, 1001, 1002).verdict, 'fail')
})

t.test('the text has medians, tails and the verdict', async (t) => {
  const report = reportOf(800, 900, 1500)
  const text = formatStartReport(report, 'markdown')
  t.match(text, '| 13 distinct | 900 | 1500 | 800 | 18.0 |')
  t.match(text, '- pass: ready with 13 distinct policies in 900 ms, p50 (up to 1000)')
  t.strictSame(JSON.parse(formatStartReport(report, 'json')), JSON.parse(JSON.stringify(report)))
})
