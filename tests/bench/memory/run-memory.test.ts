import t from 'tap'
import { runMemory } from '../../../bench/memory/run-memory.ts'
import { SILENT_STEPS } from '../../../util/steps.ts'

t.test('real shims and bare Node are measured, idle and after a load', { timeout: 120_000 }, async (t) => {
  const signal = new AbortController().signal
  const { rows, moduleBytes } = await runMemory({ threads: [1], samples: 1, signal }, SILENT_STEPS)
  t.equal(rows.length, 1)
  for (const footprints of [rows[0]?.node, rows[0]?.idle, rows[0]?.loaded]) {
    t.ok((footprints?.[0]?.rss ?? 0) > 20_000_000)
    t.ok((footprints?.[0]?.pss ?? 0) > 1_000_000)
  }
  t.ok(moduleBytes > 25_000_000)
})

t.test('a run that is stopped says so', async (t) => {
  const signal = AbortSignal.abort(new Error('enough'))
  await t.rejects(runMemory({ threads: [1], samples: 1, signal }, SILENT_STEPS), { message: 'enough' })
})
