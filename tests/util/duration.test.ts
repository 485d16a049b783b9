import t from 'tap'
import { formatDuration, parseDurationMs } from '../../util/duration.ts'

t.test('durations are read as Go writes them', async (t) => {
  const read = ['10m', '1h30m', '1.5s', '0', '+2s', '500ms', '3\u00b5s'].map(parseDurationMs)
  t.strictSame(read, [600_000, 5_400_000, 1500, 0, 2000, 500, 0.003])
})

t.test('what is no duration is none', async (t) => {
  for (const text of ['', '10', '-5m', '1d', '10 m', 'm', '1e3s', '.s']) t.equal(parseDurationMs(text), undefined, text)
})

t.test('spans are written with their two largest units', async (t) => {
  const written = [0, 400, 59_600, 600_000, 61_000, 3_600_000, 90_061_000, 86_400_000 * 400].map(formatDuration)
  t.strictSame(written, ['0s', '0s', '1m', '10m', '1m1s', '1h', '1d1h', '400d'])
})
