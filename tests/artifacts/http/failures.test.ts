import t from 'tap'
import { parseRetryAfter } from '../../../artifacts/http/failures.ts'

t.test('Retry-After is a number of seconds or a date', async (t) => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  t.equal(parseRetryAfter('5', now), 5000)
  t.equal(parseRetryAfter('Thu, 01 Jan 2026 00:00:07 GMT', now), 7000)
  t.equal(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now), 0)
  t.equal(parseRetryAfter('soon', now), undefined)
  t.equal(parseRetryAfter(undefined, now), undefined)
})
