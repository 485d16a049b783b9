import fc from 'fast-check'
import t from 'tap'
import { HttpError } from '../../../shim/http/http-error.ts'
import { readTimeoutMs } from '../../../shim/http/timeout.ts'

t.test("the API server's timeout counts less a margin for the way back", async (t) => {
  t.equal(readTimeoutMs('timeout=10s'), 9800)
  t.equal(readTimeoutMs('timeout=1s'), 800)
  t.equal(readTimeoutMs('timeout=500ms'), 400, 'a fifth of a short one')
  t.equal(readTimeoutMs('timeout=1m30s'), 30_000, 'Kubernetes knows none above 30 s')
  t.equal(readTimeoutMs('a=b&timeout=2.5s'), 2300)
})

t.test('durations are read as Go reads them', async (t) => {
  t.equal(readTimeoutMs('timeout=1000000000ns'), 800)
  for (const micro of ['us', 'µs', 'μs']) t.equal(readTimeoutMs(`timeout=500000${micro}`), 400, micro)
  t.equal(readTimeoutMs('timeout=1s500ms'), 1300)
  t.equal(readTimeoutMs('timeout=.5s'), 400)
  t.equal(readTimeoutMs('timeout=1.s'), 800)
  t.equal(readTimeoutMs('timeout=%2B1s'), 800)
  t.equal(readTimeoutMs('timeout=0'), 0)
})

t.test('without a timeout it is the longest that Kubernetes knows', async (t) => {
  for (const query of ['', 'a=b', 'timeout=', 'timeout']) t.equal(readTimeoutMs(query), 30_000, query)
})

t.test("what is no timeout is the caller's mistake, and named", async (t) => {
  for (const value of ['abc', '10', '-5s', 's', '1x', 'Infinity', '.s', '1s ', '1 s'])
    t.throws(() => readTimeoutMs(`timeout=${value}`), {
      status: 400,
      message: `the timeout "${value}" is not a duration such as 10s or 500ms`,
    })
})

t.test('no query makes it negative, endless or not a number', async () => {
  const query = fc.oneof(
    fc.string(),
    fc.string().map((text) => `timeout=${text}`),
    fc.stringMatching(/^timeout=[\d.msh]{0,40}$/),
  )
  const read = (query: string) => {
    try {
      return readTimeoutMs(query)
    } catch (error) {
      if (error instanceof HttpError && error.status === 400) return 0
      throw error
    }
  }
  fc.assert(fc.property(query, (query) => read(query) >= 0 && read(query) <= 30_000))
})
