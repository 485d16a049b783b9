import fc from 'fast-check'
import t from 'tap'
import { readTimeoutMs } from '../../../shim/http/timeout.ts'

t.test("the API server's timeout counts less a margin for the way back", async (t) => {
  t.equal(readTimeoutMs('timeout=10s'), 9800)
  t.equal(readTimeoutMs('timeout=1s'), 800)
  t.equal(readTimeoutMs('timeout=500ms'), 400, 'a fifth of a short one')
  t.equal(readTimeoutMs('timeout=1m30s'), 30_000, 'Kubernetes knows none above 30 s')
  t.equal(readTimeoutMs('a=b&timeout=2.5s'), 2300)
})

t.test('without a timeout, or with nonsense in its place, it is the longest that Kubernetes knows', async (t) => {
  for (const query of ['', 'timeout=', 'timeout=10', 'timeout=-5s', 'timeout=s', 'timeout=1x', 'timeout=Infinity']) {
    t.equal(readTimeoutMs(query), 30_000, query)
  }
})

t.test('no query makes it negative, endless or not a number', async () => {
  const query = fc.oneof(
    fc.string(),
    fc.string().map((text) => `timeout=${text}`),
    fc.stringMatching(/^timeout=[\d.msh]{0,40}$/),
  )
  fc.assert(fc.property(query, (query) => readTimeoutMs(query) >= 0 && readTimeoutMs(query) <= 30_000))
})
