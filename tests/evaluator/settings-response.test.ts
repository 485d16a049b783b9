import t from 'tap'
import { toSettingsVerdict } from '../../evaluator/settings-response.ts'

const read = (answer: string) => toSettingsVerdict(Buffer.from(answer))

t.test('the guest decides, and may say why', async (t) => {
  t.strictSame(read('{"valid":true}'), { valid: true })
  t.strictSame(read('{"valid":false,"message":"no"}'), { valid: false, message: 'no' })
  t.strictSame(read('{"valid":true,"message":null,"later":1}'), { valid: true })
})

t.test('an answer that cannot be read is a no', async (t) => {
  const refused: Record<string, string> = {
    nope: 'error: cannot convert response: byte 0 should be a value',
    '{}': 'error: cannot convert response: valid: is missing',
    '{"valid":1,"message":2}':
      'error: cannot convert response: valid: must be true or false, but is a number; message: must be a string, but is a number',
  }
  for (const [answer, message] of Object.entries(refused)) t.strictSame(read(answer), { valid: false, message })
})
