import t from 'tap'
import { Lanes } from '../../../shim/modules/lanes.ts'

t.test(
  'so many run at the same time and no more; the next one starts when one has ended, also by failing',
  async (t) => {
    const lanes = new Lanes(2)
    const jobs = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
    const started: number[] = []
    const ends = jobs.map(({ promise }, index) =>
      lanes.run('a', () => {
        started.push(index)
        return promise
      }),
    )
    await new Promise(setImmediate)
    t.same(started, [0, 1])
    jobs[1]?.reject(new Error('no'))
    await t.rejects(ends[1] ?? Promise.resolve(), { message: 'no' })
    await new Promise(setImmediate)
    t.same(started, [0, 1, 2])
    for (const { resolve } of jobs) resolve()
    await Promise.allSettled(ends)
    t.same(started, [0, 1, 2, 3, 4])
    t.equal(await lanes.run('a', async () => 'free again'), 'free again')
  },
)

t.test('those of another kind do not wait', async (t) => {
  const lanes = new Lanes(1)
  void lanes.run('slow', () => new Promise(() => {}))
  t.equal(await lanes.run('quick', async () => 'done'), 'done')
})
