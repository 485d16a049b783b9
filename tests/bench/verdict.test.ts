import t from 'tap'
import type { ReportRatio, ReportRow } from '../../bench/report.ts'
import { judge, judgeGrowth } from '../../bench/verdict.ts'

function ratios(shim: number | null, again: number | null, clients = 1): ReportRatio[] {
  const all = (value: number | null) => ({ p50: value, p90: value, p99: value })
  return [
    { row: 'shim', clients, ...all(shim) },
    { row: 'floor-again', clients, ...all(again) },
  ]
}

t.test('up to twice the floor passes, up to three times is acceptable, more fails', async (t) => {
  const verdictOf = (shim: number) => judge(ratios(shim, 1)).verdict
  t.equal(verdictOf(0.9), 'pass')
  t.equal(verdictOf(2), 'pass')
  t.equal(verdictOf(2.01), 'acceptable')
  t.equal(verdictOf(3), 'acceptable')
  t.equal(verdictOf(3.01), 'fail')
})

t.test('the fewest clients decide, since more of them measure the machine', async (t) => {
  const { verdict, notes } = judge([...ratios(9, 1, 32), ...ratios(1.5, 1, 1)])
  t.equal(verdict, 'pass')
  t.match(notes[0], 'the shim adds 1.50 times what the floor adds, at the median with 1 client ')
})

t.test('a run whose A/A row is off says so', async (t) => {
  t.strictSame(judge(ratios(1.5, 1.1)).notes.length, 1)
  t.match(judge(ratios(1.5, 0.7)).notes[1], 'the same floor measured twice differs by 30 %')
  t.match(judge(ratios(1.5, 1.3)).notes[1], 'differs by 30 %')
  t.match(judge([...ratios(1.5, 1), ...ratios(1.5, 0.5, 32)]).notes[1], 'with 32 clients the same floor')
})

t.test('without a floor to compare with nothing passes', async (t) => {
  t.equal(judge(ratios(null, null)).verdict, 'fail')
})

function judgeMost(most: number | null, again = 1) {
  const rows = [1, 32].flatMap((clients) =>
    [1, 13].map((policies): ReportRow => {
      const figures = { count: 1, mean: 1, p50: 1, p90: 1, p99: 1 }
      return { row: `combined-${policies}`, title: '', apiServer: 'shim', clients, policies, ...figures }
    }),
  )
  const growthOf = (p50: number | null, clients: number) => ({ row: 'combined-13', clients, p50, p90: p50, p99: p50 })
  return judgeGrowth({ rows, ratios: ratios(1, again), growth: [growthOf(9, 32), growthOf(most, 1)] })
}

t.test('many policies in one entry may add up to three times what one adds, with the fewest clients', async (t) => {
  t.strictSame(judgeMost(3), {
    verdict: 'pass',
    notes: ['combined-13 adds 3.00 times what one policy adds, at the median with 1 client (pass up to 3)'],
  })
  t.equal(judgeMost(3.01).verdict, 'fail')
  t.equal(judgeMost(null).verdict, 'fail')
})

t.test('many policies are not judged without a word on the instrument', async (t) => {
  t.match(judgeMost(2, 1.3).notes[1], 'the same floor measured twice differs by 30 %')
})
