import { constants, PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ThreadGarbage } from '../../../shim/pool/thread-garbage.ts'
import { until } from '../../helpers/until.ts'

const LEFT_BYTES = 24 * 1024 * 1024

/** Leaves what nobody has any more, and V8 is in no hurry to collect; tells whether it has been. */
function leaveBehind(): () => boolean {
  const before = process.memoryUsage().arrayBuffers
  void new ArrayBuffer(LEFT_BYTES)
  return () => process.memoryUsage().arrayBuffers < before + LEFT_BYTES / 2
}

/** How often V8 has collected all there is because somebody asked it to: for reasons of its own it says why. */
function countCollections(t: Test): () => number {
  let count = 0
  const look = (list: readonly unknown[]) => {
    for (const { detail } of list as { detail: { kind: number; flags: number } }[])
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR && detail.flags === 0) count += 1
  }
  const observer = new PerformanceObserver((list) => look(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  t.teardown(() => observer.disconnect())
  return () => {
    look(observer.takeRecords())
    return count
  }
}

t.test('what a start leaves goes behind the first answer, what a load leaves when it is over', async (t) => {
  const garbage = new ThreadGarbage()
  garbage.begin()
  const isStartCollected = leaveBehind()
  garbage.answered()
  t.ok(isStartCollected())
  await nextTurn()
  const collections = countCollections(t)
  const isLoadCollected = leaveBehind()
  garbage.answered()
  t.notOk(isLoadCollected(), 'the next request may be there already')
  await until(() => collections() > 0)
})

t.test('a thread that was never asked gives back its start, too', async (t) => {
  const collections = countCollections(t)
  new ThreadGarbage().begin()
  await until(() => collections() > 0)
})
