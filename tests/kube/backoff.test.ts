import t from 'tap'
import { backoffMs } from '../../kube/backoff.ts'

t.test('the wait doubles up to ten seconds, less up to half of it', async (t) => {
  t.strictSame(
    [0, 1, 2, 100].map((failures) => backoffMs(failures, 0)),
    [100, 200, 400, 10_000],
  )
  t.equal(backoffMs(0, 1), 50)
})
