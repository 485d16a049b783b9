import t from 'tap'
import { runStart } from '../../../bench/start/run-start.ts'
import { SILENT_STEPS } from '../../../util/steps.ts'

t.test('real shims are started with each set of policies, beside bare Node', { timeout: 180_000 }, async (t) => {
  const { node, rows } = await runStart({ samples: 1, signal: new AbortController().signal }, SILENT_STEPS)
  t.equal(node.length, 1)
  t.strictSame(
    rows.map(({ name }) => name),
    ['no policies', '13 of one module', '13 distinct', '12 and one of 20 MB'],
  )
  for (const { name, starts } of rows) {
    t.equal(starts.length, 1, name)
    t.ok((starts[0]?.readyMs ?? 0) > 0, name)
    t.ok((starts[0]?.cpuMs ?? 0) > 0, name)
  }
})

t.test('a run that is stopped says so', async (t) => {
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(runStart({ samples: 1, signal }, SILENT_STEPS), { message: 'enough' })
})
