import { getHeapStatistics } from 'node:v8'
import t from 'tap'
import { buildGuest } from '../helpers/guests.ts'
import { startShim } from '../helpers/shim.ts'

const MIB = 1024 * 1024

t.test('a shim that is ready has given back the pages on which its start left little', async (t) => {
  const kept = fillHeap()
  const before = getHeapStatistics().total_physical_size
  await using _ = await startShim(t, { yes: { guest: buildGuest('accept') } })
  const given = before - getHeapStatistics().total_physical_size
  t.ok(given > 50 * MIB, `${Math.round(given / MIB)} MiB of ${Math.round(before / MIB)}`)
  t.equal(kept.length, 2000)
})

/** Some 100 MiB of objects, of which one in a hundred stays, so that no page is empty. */
function fillHeap(): object[] {
  const objects = Array.from({ length: 200_000 }, (_, index) => Array.from({ length: 30 }, () => index))
  return objects.filter((_, index) => index % 100 === 0)
}
