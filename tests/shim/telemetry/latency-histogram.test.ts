import fc from 'fast-check'
import t from 'tap'
import { LatencyHistogram } from '../../../shim/telemetry/latency-histogram.ts'

function record(values: readonly number[]) {
  const histogram = new LatencyHistogram()
  for (const value of values) histogram.record(value)
  return histogram.latency
}

t.test('nothing recorded, nothing shown', async (t) => {
  t.equal(record([]), undefined)
})

t.test('one value is all three', async (t) => {
  t.strictSame(record([1234]), { p50: 1234, p99: 1234, max: 1234 })
})

t.test('percentiles are never too low, and at most an eighth too high', async (t) => {
  const values = fc.array(fc.integer({ min: 0, max: 60_000_000 }), { minLength: 1, maxLength: 300 })
  const holds = () =>
    fc.property(values, (values) => {
      const sorted = values.toSorted((one, other) => one - other)
      const latency = record(values)
      const isNear = (shown = -1, share: number) => {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? 0
        return shown >= exact && shown <= exact * 1.125
      }
      return isNear(latency?.p50, 0.5) && isNear(latency?.p99, 0.99) && latency?.max === sorted.at(-1)
    })
  t.doesNotThrow(() => fc.assert(holds()))
})

t.test('what no evaluation takes ends in the last bucket', async (t) => {
  t.match(record([1e12, -5]), { p50: 0, max: 2 ** 26 - 1 })
})
