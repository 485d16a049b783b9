import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { listBlobs, readBlob } from '../../../artifacts/store/blobs.ts'
import { ModuleStore } from '../../../artifacts/store/module-store.ts'

const FIXTURE = fileURLToPath(new URL('../../fixtures/use-store.ts', import.meta.url))

function start(folder: string, action: string, times: number) {
  return spawn(process.execPath, [FIXTURE, folder, action, String(times)], { stdio: ['ignore', 'pipe', 'pipe'] })
}

t.test('processes that store, read, remove and prune at the same time never meet half a module', async (t) => {
  const store = new ModuleStore(t.testdir())
  const processes = Array.from({ length: 4 }, () => start(store.folder, 'mix', 60))
  const ends = await Promise.all(
    processes.map(async (child) => {
      const [errors] = await Promise.all([text(child.stderr), once(child, 'exit'), text(child.stdout)])
      return errors
    }),
  )
  t.same(ends, ['', '', '', ''])
  for (const stored of await store.list()) t.equal((await store.read(stored)).length, 3_000_000)
  t.same(readdirSync(join(store.folder, 'drafts')), [])
})

t.test('a process killed while it stores leaves nothing half, and nobody in its way', async (t) => {
  const store = new ModuleStore(t.testdir({ drafts: {}, blobs: { sha256: {} }, references: {} }))
  for (let steps = 1; steps <= 12; steps++) {
    const folders = ['drafts', 'blobs/sha256'].map((folder) => join(store.folder, folder))
    const child = start(store.folder, 'put', 1000)
    await seeChanges(folders, steps)
    child.kill('SIGKILL')
    await once(child, 'exit')
    for (const { digest } of await listBlobs(store.folder))
      t.equal((await readBlob(store.folder, digest)).kind, 'whole')
    for (const stored of await store.list()) t.equal((await store.read(stored)).length, 10_000_000)
    await store.prune()
  }
  const child = start(store.folder, 'put', 1)
  t.equal((await Promise.all([text(child.stderr), once(child, 'exit'), text(child.stdout)]))[0], '')
})

/** Resolves in the middle of a write: when the kernel has told of so many changes. */
async function seeChanges(folders: readonly string[], count: number): Promise<void> {
  const seen = Promise.withResolvers<void>()
  let left = count
  const watchers = folders.map((folder) => watch(folder, () => --left === 0 && seen.resolve()))
  await seen.promise
  for (const watcher of watchers) watcher.close()
}

const isolated = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
const skip = isolated ? false : 'needs unshare, and the right to mount a tmpfs in a namespace of its own'

for (const [name, options, expected, hint] of [
  [
    'a full disk',
    'size=1m',
    /^ERR_STORE_WRITE: cannot write to the module store .*ENOSPC/,
    /^Make room: gatehouse store prune/m,
  ],
  ['a read-only folder', 'ro', /^ERR_STORE_WRITE: cannot write to the module store .*EROFS/, /^Name a folder that/m],
] as const)
  t.test(`${name} is named, with the way out`, { skip }, async (t) => {
    const folder = t.testdir()
    const mount = `mount -t tmpfs -o ${options} none "$1" && shift && exec "$@"`
    const child = spawn('unshare', [
      '-rm',
      'sh',
      '-c',
      mount,
      'sh',
      folder,
      process.execPath,
      FIXTURE,
      folder,
      'put',
      '1',
    ])
    const [errors] = await Promise.all([text(child.stderr), once(child, 'exit'), text(child.stdout)])
    t.match(errors, expected)
    t.match(errors, hint)
  })

t.test('what is in a folder that became read-only is read', { skip }, async (t) => {
  const folder = t.testdir()
  const put = '"$@" put 1 && mount -o remount,ro "$store" && "$@" read'
  const script = `store="$1" && mount -t tmpfs none "$store" && shift && ${put}`
  const child = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, process.execPath, FIXTURE, folder])
  const [errors, printed] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'exit')])
  t.equal(errors, '')
  t.equal(printed, 'putting\n10000000\n')
})
