import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { withFileLock } from '../../util/file-lock.ts'
import { killAtEnd } from '../helpers/kill-at-end.ts'

const LONG = { timeoutMs: 60_000 }
const holdLock = fileURLToPath(new URL('../fixtures/hold-lock.ts', import.meta.url))

t.test('holders follow one another, and the lock leaves no file', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'sub', 'a.lock')
  let holders = 0
  let most = 0
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      withFileLock(path, LONG, async () => {
        holders += 1
        most = Math.max(most, holders)
        await new Promise(setImmediate)
        holders -= 1
        return index
      }),
    ),
  )
  t.equal(most, 1)
  t.same(results, [0, 1, 2, 3, 4, 5, 6, 7])
  t.same(await readdir(join(folder, 'sub')), [])
})

t.test('an action that fails releases the lock', async (t) => {
  const path = join(t.testdir(), 'a.lock')
  await t.rejects(
    withFileLock(path, LONG, async () => {
      throw new Error('no')
    }),
    { message: 'no' },
  )
  t.equal(await withFileLock(path, LONG, async () => 'free'), 'free')
})

t.test('a lock whose holder was killed is broken, by one of many waiters at a time', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'a.lock')
  const holder = spawn(process.execPath, [holdLock, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  killAtEnd(t, holder)
  await once(holder.stdout, 'data')
  const told: number[] = []
  let holders = 0
  const waiters = Array.from({ length: 5 }, () =>
    withFileLock(path, { ...LONG, onWait: ({ pid }) => told.push(pid) }, async () => {
      holders += 1
      t.equal(holders, 1)
      await new Promise(setImmediate)
      holders -= 1
    }),
  )
  while (told.length < 5) await new Promise((resolve) => setTimeout(resolve, 5))
  t.ok(told.includes(holder.pid ?? 0), 'waiting names the holder')
  holder.kill('SIGKILL')
  await Promise.all(waiters)
  t.same(await readdir(folder), [])
})

t.test('a lock left by a process whose pid is in use again is stale', async (t) => {
  const path = join(t.testdir(), 'a.lock')
  await writeFile(path, JSON.stringify({ pid: process.pid, startedAt: '1@another-boot', nonce: 'x' }))
  t.equal(await withFileLock(path, LONG, async () => 'mine'), 'mine')
})

t.test('an unreadable lock file is stale', async (t) => {
  const path = join(t.testdir(), 'a.lock')
  await writeFile(path, '')
  const holder = await withFileLock(path, LONG, () => readFile(path, 'utf8'))
  t.match(JSON.parse(holder), { pid: process.pid })
})

t.test('waiting ends with an error that names the holder', async (t) => {
  const path = join(t.testdir(), 'a.lock')
  await withFileLock(path, LONG, async () => {
    await t.rejects(
      withFileLock(path, { timeoutMs: 0 }, async () => {}),
      { code: 'ERR_LOCK_TIMEOUT', message: new RegExp(`process ${process.pid} holds the lock ${path}`) },
    )
  })
})
