import t from 'tap'
import { createRandom, shuffle } from '../../bench/shuffle.ts'

const items = ['a', 'b', 'c', 'd']

t.test('every item comes exactly once, and the items stay as they were', async (t) => {
  t.strictSame(shuffle(items, createRandom(1)).toSorted(), items)
  t.strictSame(items, ['a', 'b', 'c', 'd'])
  t.strictSame(shuffle([], createRandom(1)), [])
})

t.test('the same seed gives the same orders, so that a run can be repeated', async (t) => {
  const orders = (seed: number) => {
    const random = createRandom(seed)
    return Array.from({ length: 20 }, () => shuffle(items, random).join(''))
  }
  t.strictSame(orders(7), orders(7))
  t.notSame(orders(7), orders(8))
})

t.test('every item comes first about equally often', async (t) => {
  const random = createRandom(42)
  const firsts = Array.from({ length: 4000 }, () => shuffle(items, random)[0])
  for (const item of items) {
    const times = firsts.filter((first) => first === item).length
    t.ok(times > 850 && times < 1150, `${item} came first ${times} times in 4000`)
  }
})
