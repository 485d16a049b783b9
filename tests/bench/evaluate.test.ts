import t from 'tap'
import { formatEvaluateReport } from '../../bench/evaluate/format.ts'
import { runEvaluate } from '../../bench/evaluate/run-evaluate.ts'
import { loadSamples } from '../../bench/evaluate/samples.ts'
import { LIMIT_NOTE } from '../../bench/limit-note.ts'
import { evaluate } from '../../evaluator/evaluate.ts'
import { createSteps } from '../../util/steps.ts'

const steps = createSteps({ isTerminal: false, write() {} })
const options = { requests: 15, warmup: 2, signal: new AbortController().signal }

t.test('every sample is asked something that it can answer', async (t) => {
  const samples = await loadSamples()
  t.ok(samples.length >= 4)
  for (const { policy, request } of samples) t.not(evaluate(policy, request, () => {}).status?.code, 500, policy.id)
})

t.test('each sample is measured as often as asked, on every path', async (t) => {
  const report = await runEvaluate(options, steps)
  t.strictSame(
    report.rows.map(({ policy }) => policy),
    (await loadSamples()).map(({ policy }) => policy.id),
  )
  for (const { policy, bare, through, thread, message } of report.rows) {
    t.strictSame(
      [bare, through, thread, message].map(({ count }) => count),
      [15, 15, 15, 15],
      policy,
    )
    t.ok(through.p50 > 0 && through.p99 >= through.p50, policy)
  }
  const [header, first] = formatEvaluateReport(report, 'table').split('\n')
  t.match(header, /^policy +mode +instance +answers in +message +p99 +bare .* verdict$/)
  t.match(first, report.rows[0]?.policy)
  t.match(formatEvaluateReport(report, 'table'), LIMIT_NOTE)
  t.match(formatEvaluateReport(report, 'table'), /goals are met/)
  t.strictSame(JSON.parse(formatEvaluateReport(report, 'json')), JSON.parse(JSON.stringify(report)))
})

t.test('a run that is stopped says so', async (t) => {
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(runEvaluate({ ...options, signal }, steps), { message: 'enough' })
})
