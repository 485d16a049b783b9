import t from 'tap'
import { createLog, type LogFormat } from '../../util/log.ts'

function record(format: LogFormat, level: 'info' | 'debug' = 'info') {
  const lines: string[] = []
  return { lines, log: createLog({ format, level, write: (line) => lines.push(line) }) }
}

t.test('a JSON log line is one object with timestamp, level, message and the fields', async (t) => {
  const { lines, log } = record('json')
  log.info({ policyId: 'pod-privileged', allowed: false }, 'policy evaluation')
  const [line = ''] = lines
  t.match(JSON.parse(line), { level: 'info', message: 'policy evaluation', policyId: 'pod-privileged', allowed: false })
  t.match(JSON.parse(line).timestamp, /^\d{4}-\d\d-\d\dT.*Z$/)
  t.ok(line.endsWith('}\n'))
})

t.test('a text log line stays one line, whatever a guest writes into it', async (t) => {
  const { lines, log } = record('text')
  log.warn({ policyId: 'a b', text: 'first\nsecond' }, 'policy log')
  t.equal(lines.length, 1)
  t.match(lines[0], /^\S+ WARN {2}policy log policyId="a b" text="first\\nsecond"\n$/)
})

t.test('a message with a line break stays one text line', async (t) => {
  const { lines, log } = record('text')
  log.info({}, 'forged\n2026-01-01T00:00:00.000Z ERROR not true')
  t.equal(lines[0]?.trimEnd().includes('\n'), false)
})

t.test('what ends a line or steers a terminal is escaped, in both formats', async (t) => {
  const foreign = 'a\u007f\u0080\u0085\u009b2J\u009f\u2028\u2029z é'
  const escaped = 'a\\u007f\\u0080\\u0085\\u009b2J\\u009f\\u2028\\u2029z é'
  for (const format of ['text', 'json'] as const) {
    const { lines, log } = record(format)
    log.info({ text: foreign }, foreign)
    const [line = ''] = lines
    t.equal(line.split(escaped).length - 1, 2, format)
    if (format === 'json') t.match(JSON.parse(line), { message: foreign, text: foreign })
  }
})

t.test('lines below the level are not written', async (t) => {
  const { lines, log } = record('json')
  log.debug({}, 'not seen')
  t.strictSame(lines, [])
})

t.test('an error in the fields shows its message and stack', async (t) => {
  const { lines, log } = record('json')
  log.error({ err: new TypeError('boom') }, 'failed')
  t.match(JSON.parse(lines[0] ?? ''), { err: { type: 'TypeError', message: 'boom', stack: /boom/ } })
})
