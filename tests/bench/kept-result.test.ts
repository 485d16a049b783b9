import t from 'tap'
import { keepResult } from '../../bench/kept-result.ts'

t.test('a result is kept with how it came about, lists of numbers on one line', async (t) => {
  const report = {
    rows: [
      { row: 'a', quantiles: [-1.5, 2, 3e-7] },
      { row: '[ 1,\n 2 ]', quantiles: [] },
    ],
    list: ['a', 'b'],
  }
  const how = { command: 'gatehouse bench', measuredOn: '2026-01-02T03:04:05.000Z' }
  const text = keepResult(report, how)
  t.strictSame(JSON.parse(text), { ...how, ...report })
  t.match(text, '"quantiles": [ -1.5, 2, 3e-7 ]')
})
