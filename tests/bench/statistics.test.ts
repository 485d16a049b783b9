import fc from 'fast-check'
import t from 'tap'
import { median, quantiles, ratio, subtract, summarize } from '../../bench/statistics.ts'

t.test('percentiles are latencies that were measured, by nearest rank', async (t) => {
  const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  t.strictSame(summarize(oneToHundred), { count: 100, mean: 50.5, p50: 50, p90: 90, p99: 99 })
  t.strictSame(summarize([3]), { count: 1, mean: 3, p50: 3, p90: 3, p99: 3 })
  t.strictSame(summarize([1, 2]), { count: 2, mean: 1.5, p50: 1, p90: 2, p99: 2 })
})

t.test('samples are left in their order', async (t) => {
  const samples = [3, 1, 2]
  summarize(samples)
  t.strictSame(samples, [3, 1, 2])
})

t.test('of no samples there is no summary', async (t) => {
  t.throws(() => summarize([]), RangeError)
})

t.test('percentiles rise, and lie within what was measured', async (t) => {
  const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 })
  const property = fc.property(samples, (values) => {
    const { p50, p90, p99 } = summarize(values)
    return Math.min(...values) <= p50 && p50 <= p90 && p90 <= p99 && p99 <= Math.max(...values)
  })
  t.doesNotThrow(() => fc.assert(property))
})

t.test('quantiles go from the shortest to the longest latency, the 50th is the median', async (t) => {
  const all = quantiles(Array.from({ length: 1000 }, (_, index) => 1000 - index))
  t.equal(all.length, 101)
  t.strictSame([all[0], all[1], all[50], all[100]], [1, 10, 500, 1000])
  t.strictSame(quantiles([0.123456]), Array(101).fill(0.123))
})

t.test('the median of an even number of figures is one of them', async (t) => {
  t.equal(median([4, 1, 3, 2]), 3)
  t.equal(median([7]), 7)
})

t.test("added latency is a percentile less the baseline's same percentile", async (t) => {
  const added = subtract(summarize([5, 6, 7]), summarize([1, 1, 2]))
  t.strictSame(added, { p50: 5, p90: 5, p99: 5 })
})

t.test('a ratio to a floor that added nothing is no number', async (t) => {
  t.equal(ratio(3, 1.5), 2)
  t.equal(ratio(3, 0), undefined)
  t.equal(ratio(3, -0.1), undefined)
})
