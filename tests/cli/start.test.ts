import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { packageRoot, programFiles } from '../../util/package-root.ts'

/** Starts the program once, with this folder as the user's cache. */
async function start(cache: string): Promise<string> {
  const env = { XDG_CACHE_HOME: cache }
  return (await execa(join(packageRoot(), 'cli/gatehouse'), ['--version'], { env })).stdout
}

const folderIn = (cache: string) => join(cache, 'gatehouse/compiled-code')

t.test('compiled code is kept in a folder that nobody else can enter', async (t) => {
  const cache = t.testdir()
  const version = await start(cache)
  t.equal(statSync(folderIn(cache)).mode & 0o777, 0o700)
  const [first = ''] = readdirSync(folderIn(cache))
  t.ok(readdirSync(join(folderIn(cache), first)).length > 0)
  t.equal(await start(cache), version)
})

t.test('a folder into which others can write is left alone', async (t) => {
  const cache = t.testdir()
  mkdirSync(folderIn(cache), { recursive: true })
  chmodSync(folderIn(cache), 0o777)
  t.match(await start(cache), /^\d/)
  t.strictSame(readdirSync(folderIn(cache)), [])
})

t.test('neither is a link followed', async (t) => {
  const cache = t.testdir({ elsewhere: {}, gatehouse: {} })
  chmodSync(join(cache, 'elsewhere'), 0o700)
  symlinkSync(join(cache, 'elsewhere'), folderIn(cache))
  t.match(await start(cache), /^\d/)
  t.strictSame(readdirSync(join(cache, 'elsewhere')), [])
})

t.test('where no folder can be made, the program starts as well', async (t) => {
  t.match(await start('/proc'), /^\d/)
  const cache = t.testdir({ gatehouse: 'a file' })
  t.match(await start(cache), /^\d/)
  t.notOk(existsSync(folderIn(cache)))
})

t.test('the command line is the one that was given', async (t) => {
  const { stderr, exitCode } = await execa(join(packageRoot(), 'cli/gatehouse'), ['no such', '--x=1'], {
    reject: false,
  })
  t.equal(exitCode, 2)
  t.match(stderr, "unknown command 'no such'")
})

t.test('it starts as the shims do that we start ourselves, and has memory given back', async (t) => {
  const script = 'console.error(JSON.stringify([process.execArgv, process.env.MALLOC_ARENA_MAX]))'
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
  const { stderr } = await execa(join(packageRoot(), 'cli/gatehouse'), ['--version'], { env })
  t.strictSame(JSON.parse(stderr), [programFiles().slice(0, -2), '2'])
})
