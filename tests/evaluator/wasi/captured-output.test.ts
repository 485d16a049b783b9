import t from 'tap'
import { CapturedOutput } from '../../../evaluator/wasi/captured-output.ts'

const textOf = (output: CapturedOutput) => Buffer.from(output.bytes).toString()

t.test('what is written is kept, in whatever pieces it comes', async (t) => {
  const output = new CapturedOutput(1_000_000)
  t.equal(textOf(output), '')
  const piece = Buffer.from('0123456789')
  for (let index = 0; index < 1000; index++) output.write(piece)
  t.equal(textOf(output), '0123456789'.repeat(1000))
  output.write(Buffer.alloc(100_000, 'x'))
  t.equal(textOf(output), '0123456789'.repeat(1000) + 'x'.repeat(100_000))
  t.equal(output.written, 110_000)
})

t.test('of more than is wanted the front is kept, and the rest is counted', async (t) => {
  const output = new CapturedOutput(12)
  for (let index = 0; index < 3; index++) output.write(Buffer.from('0123456789'))
  t.equal(textOf(output), '012345678901')
  t.equal(output.written, 30)
})

t.test('what a guest goes on writing over is kept as it was', async (t) => {
  const output = new CapturedOutput(12)
  const bytes = Buffer.from('before')
  output.write(bytes)
  bytes.fill('x')
  t.equal(textOf(output), 'before')
})

t.test('what was written can be forgotten, and what was given out stays', async (t) => {
  const output = new CapturedOutput(12)
  output.write(Buffer.from('first'))
  const { bytes } = output
  output.clear()
  t.strictSame([textOf(output), output.written], ['', 0])
  output.write(Buffer.from('second'))
  t.strictSame([textOf(output), Buffer.from(bytes).toString()], ['second', 'first'])
})
