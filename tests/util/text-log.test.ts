import t from 'tap'
import { createTextLog } from '../../util/text-log.ts'

t.test('a line has time, level, message and fields, and stays one line whatever a guest writes into it', async (t) => {
  const lines: string[] = []
  const log = createTextLog((line) => lines.push(line))
  log.warn({ policyId: 'a b', text: 'first\nsecond\u009b2J' }, 'forged\n2026-01-01T00:00:00.000Z ERROR not true')
  log.trace({}, '')
  t.match(
    lines[0],
    /^\d{4}-\d\d-\d\dT\S+Z WARN {2}forged\\n\S+ ERROR not true policyId="a b" text="first\\nsecond\\u009b2J"\n$/,
  )
  t.match(lines[1], /^\S+Z TRACE \n$/)
  t.equal(lines.length, 2)
})

t.test('fields cannot pass for the level or the message', async (t) => {
  const lines: string[] = []
  createTextLog((line) => lines.push(line)).info({ message: 'forged', level: 'error', timestamp: 'never' }, 'real')
  t.match(lines, [/^\S+Z INFO {2}real\n$/])
})
