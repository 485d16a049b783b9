import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'

const script = join(import.meta.dirname, '../../scripts/figures')

t.test('a part that there is none of is refused, with those that there are', async (t) => {
  const { exitCode, stderr } = await execa(script, ['one-policy', 'weather'], { reject: false })
  t.equal(exitCode, 2)
  t.match(stderr, /'weather' is none of its parts: one-policy many-policies .* memory$/)
})
