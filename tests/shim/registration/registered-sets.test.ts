import t from 'tap'
import type { RegisteredSet } from '../../../shim/registration/registered-set.ts'
import { RegisteredSets } from '../../../shim/registration/registered-sets.ts'

const MINUTE_MS = 60_000

function setOf(digest: string): RegisteredSet {
  return { digest, policies: new Map(), entries: new Map() }
}

/** Sets that are put one after the other, and a clock. */
function createSets() {
  let now = 0
  const sets = new RegisteredSets(() => now)
  const put = (...digests: string[]) => {
    for (const digest of digests) sets.put(setOf(digest))
  }
  return { sets, put, wait: (minutes: number) => (now += minutes * MINUTE_MS) }
}

t.test('a new set is in force at once, and the one before is still there', async (t) => {
  const { sets, put } = createSets()
  put('a', 'b')
  t.equal(sets.current.digest, 'b')
  t.equal(sets.find('a')?.digest, 'a')
  t.equal(sets.find('c'), undefined)
})

t.test('a set is kept however long nobody asks, until requests have gone on to a newer one', async (t) => {
  const { sets, put, wait } = createSets()
  put('a')
  sets.find('a')
  put('b')
  wait(600)
  put('c')
  t.strictSame(sets.digests, ['a', 'b', 'c'], 'an API server that is quiet may still know only `a`')
  sets.find('c')
  wait(10)
  put('d')
  t.strictSame(sets.digests, ['b', 'c', 'd'])
})

t.test('a set that is still asked for long after it was replaced is told of, once', async (t) => {
  const { sets, put, wait } = createSets()
  const told: string[] = []
  sets.onLag((digest) => told.push(digest))
  put('a', 'b')
  sets.find('a')
  t.strictSame([told, sets.lagged], [[], 0], 'API servers take a moment')
  wait(1)
  sets.find('a')
  sets.find('a')
  sets.find('b')
  t.strictSame([told, sets.lagged], [['a'], 2])
})

t.test(
  'sets that nobody ever asked for, and sets that follow quickly, are as many as are remembered and no more',
  async (t) => {
    const { sets, put } = createSets()
    for (let index = 0; index < 1000; index++) put(`unasked-${index}`)
    t.ok(sets.digests.length <= 17, String(sets.digests.length))
    for (let index = 0; index < 1000; index++) {
      put(`asked-${index}`)
      sets.find(`asked-${index}`)
    }
    t.ok(sets.digests.length <= 90, String(sets.digests.length))
    t.equal(sets.find('asked-999')?.digest, 'asked-999')
  },
)

t.test('where not all of what is configured could be loaded, the set answers under both names', async (t) => {
  const { sets } = createSets()
  sets.put(setOf('loaded'), 'configured')
  t.equal(sets.find('configured')?.digest, 'loaded')
  t.equal(sets.find('loaded')?.digest, 'loaded')
})

t.test('a set that comes back is the current one again', async (t) => {
  const { sets, put } = createSets()
  put('a', 'b', 'a')
  t.equal(sets.current.digest, 'a')
  t.strictSame(sets.digests, ['b', 'a'])
})
