import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fillCache } from '../../../clusters/binaries/cache.ts'
import { killAtEnd } from '../../helpers/kill-at-end.ts'

const fillSlowly = fileURLToPath(new URL('../../fixtures/fill-cache-slowly.ts', import.meta.url))

t.test('two that want the same file share one piece of work, and the second is told whom it waits for', async (t) => {
  const path = join(t.testdir(), 'binaries/etcd-v1/etcd')
  const details: string[] = []
  let made = 0
  const fill = () =>
    fillCache(
      path,
      (text) => details.push(text),
      async (workFolder) => {
        made += 1
        while (details.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
        await writeFile(join(workFolder, 'product'), 'whole')
        return join(workFolder, 'product')
      },
    )
  await Promise.all([fill(), fill()])
  t.equal(made, 1)
  t.same(details, [`waiting for process ${process.pid}, which is getting it already`])
  t.equal(await readFile(path, 'utf8'), 'whole')
})

t.test('a process killed at its work leaves nothing that looks done, and the next one clears it away', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'etcd-v1', 'etcd')
  const killed = spawn(process.execPath, [fillSlowly, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  killAtEnd(t, killed)
  await once(killed.stdout, 'data')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  t.equal((await readdir(folder)).length, 2, 'a lock and a half-written file')
  t.notOk((await readdir(folder)).includes('etcd-v1'))
  await fillCache(
    path,
    () => {},
    async (workFolder) => {
      await writeFile(join(workFolder, 'product'), 'whole')
      return join(workFolder, 'product')
    },
  )
  t.same(await readdir(folder), ['etcd-v1'])
  t.equal(await readFile(path, 'utf8'), 'whole')
})

t.test('work that fails leaves no file', async (t) => {
  const folder = t.testdir()
  const failing = fillCache(
    join(folder, 'etcd-v1', 'etcd'),
    () => {},
    () => Promise.reject(new Error('no disk')),
  )
  await t.rejects(failing, { message: 'no disk' })
  t.same(await readdir(folder), [])
})
