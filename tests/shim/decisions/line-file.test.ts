import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readFileSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LineFile } from '../../../shim/decisions/line-file.ts'

t.test('lines are appended, to a file that only its owner and group may read', async (t) => {
  const path = join(t.testdir(), 'log')
  const file = new LineFile(path)
  t.strictSame(await file.append(['a\n', 'b\n']), { written: 2 })
  t.strictSame(await file.append(['c\n']), { written: 1 })
  await file.close()
  t.strictSame(await new LineFile(path).append(['d\n']), { written: 1 })
  t.equal(readFileSync(path, 'utf8'), 'a\nb\nc\nd\n')
  t.equal(statSync(path).mode & 0o007, 0)
})

t.test('a file that was renamed or removed is left for a new one', async (t) => {
  const path = join(t.testdir(), 'log')
  const file = new LineFile(path)
  t.teardown(() => file.close())
  await file.append(['a\n'])
  renameSync(path, `${path}.1`)
  await file.append(['b\n'])
  t.equal(readFileSync(`${path}.1`, 'utf8'), 'a\n')
  t.equal(readFileSync(path, 'utf8'), 'b\n')
  rmSync(path)
  await file.append(['c\n'])
  t.equal(readFileSync(path, 'utf8'), 'c\n')
  renameSync(path, `${path}.2`)
  await file.reopen()
  t.equal(readFileSync(path, 'utf8'), '', 'at once, when told so')
})

t.test('what cannot be written is told, and the next attempt starts anew', async (t) => {
  const folder = t.testdir()
  t.match(await new LineFile('/dev/full').append(['a\n']), { written: 0, error: { code: 'ENOSPC' } })
  const file = new LineFile(join(folder, 'later/log'))
  t.teardown(() => file.close())
  t.match(await file.append(['a\n']), { written: 0, error: { code: 'ENOENT' } })
  execFileSync('mkdir', [join(folder, 'later')])
  t.match(await file.append(['b\n']), { written: 1 })
})

t.test(
  'a line that was written in part ends before the next begins; a pipe that nobody reads holds up nobody',
  async (t) => {
    const path = join(t.testdir(), 'pipe')
    execFileSync('mkfifo', [path])
    const file = new LineFile(path)
    t.teardown(() => file.close())
    t.match(await file.append(['a\n']), { written: 0, error: { code: 'ENXIO' } }, 'there is no reader')
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    t.teardown(() => closeSync(reader))
    const long = `${'x'.repeat(99_999)}\n`
    t.match(await file.append(['a\n', long]), { written: 1, error: { code: 'EAGAIN' } })
    const buffer = Buffer.alloc(1_000_000)
    const torn = buffer.toString('utf8', 0, readSync(reader, buffer))
    t.match(torn, /^a\nx+$/)
    t.match(await file.append(['b\n', 'c\n']), { written: 2 })
    t.equal(buffer.toString('utf8', 0, readSync(reader, buffer)), '\nb\nc\n')
  },
)
