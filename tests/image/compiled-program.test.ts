import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compileProgram } from '../../image/compiled-program.ts'

t.setTimeout(300_000)

t.test('equal sources are compiled once, whoever asks, and what was long of no use goes', async (t) => {
  const cache = t.testdir({ programs: { unused: {}, used: {} } })
  const hoursAgo = new Date(Date.now() - 2 * 60 * 60_000)
  utimesSync(join(cache, 'programs/unused'), hoursAgo, hoursAgo)
  const [first, second] = await Promise.all([compileProgram(cache), compileProgram(cache)])
  t.equal(first, second)
  const { mtimeMs } = statSync(join(first, 'cli/main.js'))
  t.equal(await compileProgram(cache), first)
  t.equal(statSync(join(first, 'cli/main.js')).mtimeMs, mtimeMs, 'it is not written again')
  const folders = readdirSync(join(cache, 'programs')).filter((name) => !name.endsWith('.lock'))
  t.strictSame(folders.sort(), [first.slice(first.lastIndexOf('/') + 1), 'used'].sort())

  // what a compiler left that was killed is not taken for code
  rmSync(first, { recursive: true })
  mkdirSync(`${first}.draft/half`, { recursive: true })
  t.equal(await compileProgram(cache), first)
  t.notOk(readdirSync(first).includes('half'))
})
