import { readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { digestOf } from '../../../artifacts/digest.ts'
import type { ModuleContent } from '../../../shim/modules/module-content.ts'
import { ModuleFiles } from '../../../shim/modules/module-files.ts'
import { until } from '../../helpers/until.ts'

async function write(t: Test, text = 'one') {
  const path = join(t.testdir({}), 'module.wasm')
  await writeFile(path, text)
  const url = pathToFileURL(path).href
  const files = new ModuleFiles()
  const read = async () => (await files.read([url])).get(url)
  return { path, read }
}

function contentIn(value: ModuleContent | Error | undefined): ModuleContent {
  if (value === undefined || value instanceof Error) throw value ?? new Error('no content')
  return value
}

async function bytesReadByUs(): Promise<number> {
  return Number(/^rchar: (\d+)$/m.exec(await readFile('/proc/self/io', 'utf8'))?.[1])
}

const digestIn = async (read: () => Promise<ModuleContent | Error | undefined>) => contentIn(await read()).digest

t.test('what is written into a file, or takes its name, is read, however often it was read before', async (t) => {
  const { path, read } = await write(t)
  for (let time = 0; time < 5; time++) {
    t.equal(await digestIn(read), digestOf(Buffer.from(time === 0 ? 'one' : `${time}th`)))
    await writeFile(path, `${time + 1}th`)
  }
  const other = `${path}.new`
  await writeFile(other, 'six')
  await rename(other, path)
  t.equal(await digestIn(read), digestOf(Buffer.from('six')))
})

t.test('a file that has not changed for a while is not read again until its bytes are asked for', async (t) => {
  const one = 'one'.repeat(1_000_000)
  const { path, read } = await write(t, one)
  const isRemembered = async () => {
    const before = await bytesReadByUs()
    await read()
    return (await bytesReadByUs()) - before < one.length
  }
  await until(isRemembered)
  const content = contentIn(await read())
  t.equal(content.digest, digestOf(Buffer.from(one)))
  t.equal(Buffer.from(await content.read()).toString(), one)
  await writeFile(path, 'two')
  await t.rejects(content.read(), { code: 'ERR_FILE_READ' })
  t.equal(await digestIn(read), digestOf(Buffer.from('two')))
  // of the same size, and said to be as old
  await writeFile(path, 'six')
  await utimes(path, 1, 1)
  t.equal(await digestIn(read), digestOf(Buffer.from('six')))
})

t.test(
  'what was read is there for the first who asks, and gone when it is freed; who asks again, reads again',
  async (t) => {
    const { path, read } = await write(t)
    const content = contentIn(await read())
    await writeFile(path, 'two')
    const bytes = await content.read()
    t.equal(Buffer.from(bytes).toString(), 'one')
    content.free?.(bytes)
    t.equal(bytes.length, 0)
    await t.rejects(content.read(), { code: 'ERR_FILE_READ' })
    await writeFile(path, 'one')
    t.equal(Buffer.from(await content.read()).toString(), 'one')
  },
)

t.test('a file that is not there is an error, and is found once it is', async (t) => {
  const { path, read } = await write(t)
  await rename(path, `${path}.away`)
  t.match(await read(), { code: 'ENOENT' })
  await rename(`${path}.away`, path)
  t.equal(await digestIn(read), digestOf(Buffer.from('one')))
})
