import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { listProgramFiles } from '../../image/program-files.ts'
import { writeImageFiles } from '../../image/write-files.ts'

t.test('the program runs from its files alone', async (t) => {
  const folder = t.testdir({ cache: {}, root: {} })
  const files = await listProgramFiles('/opt/gatehouse', join(folder, 'cache'))
  await writeImageFiles(join(folder, 'root'), files)
  const program = join(folder, 'root/opt/gatehouse')

  await t.test('every command loads', async (t) => {
    const { stdout } = await execa(
      process.execPath,
      [join(program, 'cli/start.js'), join(program, 'dist/cli/main.js'), '--help'],
      { env: { NODE_OPTIONS: '' } },
    )
    t.match(stdout, /shim/)
  })

  await t.test('it holds what runs, and no types, tests or sources', async (t) => {
    t.strictSame(
      files.filter(({ path }) => /\.(ts|mts|cts|map)$|\/tests?\//.test(path)),
      [],
    )
    t.strictSame(readdirSync(program).sort(), ['LICENSE', 'cli', 'dist', 'node_modules', 'package.json'])
  })
})
