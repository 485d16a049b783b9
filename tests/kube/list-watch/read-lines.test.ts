import { Readable } from 'node:stream'
import t from 'tap'
import { readLines } from '../../../kube/list-watch/read-lines.ts'

async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of readLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))) lines.push(line)
  return lines
}

t.test('lines are cut wherever the chunks end, inside of a character too', async (t) => {
  const [left, right] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü').subarray(1)]
  t.strictSame(await linesOf('a\nb', 'c\n\n', left, right, '\nd\n'), ['a', 'bc', 'ü', 'd'])
})

t.test('a line that was cut off is none', async (t) => {
  t.strictSame(await linesOf('{"a":1}\n{"b"'), ['{"a":1}'])
})
