import t from 'tap'
import type { ReportRatio } from '../../bench/report.ts'
import { judge } from '../../bench/verdict.ts'

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
