import t from 'tap'
import { RateLimit } from '../../../shim/events/rate-limit.ts'

t.test('a burst passes, then one per interval, and a rest fills it up again', async (t) => {
  const limit = new RateLimit(2, 1000, 0)
  t.strictSame(
    [0, 0, 0, 999, 1000, 1001].map((now) => limit.take(now)),
    [true, true, false, false, true, false],
  )
  t.strictSame(
    [9000, 9000, 9000].map((now) => limit.take(now)),
    [true, true, false],
  )
})
