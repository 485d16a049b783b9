import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { listenOnUnixSocket } from '../../../shim/socket/unix-socket.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

const DEFAULTS = { mode: 0o660, folderMode: 0o750 }

/** A server that is closed with the test. */
function makeServer(t: Test): Server {
  const server = createServer((socket) => socket.end())
  t.teardown(() => server.close())
  return server
}

/** Leaves behind what a process leaves that is killed while it listens. */
async function leaveStaleSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script]), 'exit')
}

async function canConnect(path: string): Promise<boolean> {
  const socket = connect(path)
  const [connected] = await Promise.all([
    once(socket, 'connect').then(
      () => true,
      () => false,
    ),
  ])
  socket.destroy()
  return connected
}

const rightsOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

t.test('the folder is created and both have the rights that were asked for, whatever the umask', async (t) => {
  const root = makeShortFolder(t)
  const path = join(root, 'run/gatehouse/shim.sock')
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  await using bound = await listenOnUnixSocket(makeServer(t), { path, mode: 0o666, folderMode: 0o755 })
  t.equal(bound.path, path)
  t.equal(await rightsOf(path), '666')
  t.equal(await rightsOf(join(path, '..')), '755')
  t.ok(await canConnect(path))
  t.strictSame(
    (await readdir(root, { recursive: true })).sort(),
    ['run', 'run/gatehouse', 'run/gatehouse/.shim.sock.kept', 'run/gatehouse/shim.sock'],
    'nothing else is left in the folder',
  )
})

t.test('a folder that exists keeps its rights', async (t) => {
  const folder = join(makeShortFolder(t), 'run')
  await mkdir(folder, { mode: 0o711 })
  await using _bound = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path: join(folder, 's') })
  t.equal(await rightsOf(folder), '711')
})

t.test(
  'socket and new folder belong to the owner and the group that were asked for',
  {
    skip: process.getuid?.() === 0 ? false : 'only root can give files away',
  },
  async (t) => {
    const path = join(makeShortFolder(t), 'run/shim.sock')
    await using _bound = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path, uid: 12345, gid: 23456 })
    for (const file of [path, join(path, '..')]) {
      const { uid, gid } = await stat(file)
      t.strictSame({ uid, gid }, { uid: 12345, gid: 23456 }, file)
    }
  },
)

t.test('a socket that somebody listens on is left alone', async (t) => {
  const path = join(makeShortFolder(t), 'shim.sock')
  await using _first = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path })
  await t.rejects(listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path }), {
    code: 'ERR_SOCKET_IN_USE',
    message: `${path}: another process listens on this socket`,
  })
  t.ok(await canConnect(path), 'the first still answers')
})

t.test('a socket that its process left behind is replaced', async (t) => {
  const path = join(makeShortFolder(t), 'shim.sock')
  await leaveStaleSocket(path)
  t.notOk(await canConnect(path))
  await using _bound = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path })
  t.ok(await canConnect(path))
})

t.test('of shims that start at the same moment over a stale socket exactly one wins', async (t) => {
  const path = join(makeShortFolder(t), 'shim.sock')
  await leaveStaleSocket(path)
  const attempts = Array.from({ length: 8 }, () => listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path }))
  const results = await Promise.allSettled(attempts)
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const result of results) {
    if (result.status === 'rejected') t.equal(result.reason.code, 'ERR_SOCKET_IN_USE')
  }
  t.ok(await canConnect(path))
})

t.test('a file that is no socket is never replaced', async (t) => {
  const path = join(makeShortFolder(t), 'shim.sock')
  await writeFile(path, 'precious')
  await t.rejects(listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path }), {
    code: 'ERR_SOCKET_PATH',
    message: `${path}: is not a socket, and will not be replaced`,
  })
})

t.test('a path that no socket address holds is refused with its length', async (t) => {
  const path = join(makeShortFolder(t), 'x'.repeat(100))
  await t.rejects(listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path }), {
    code: 'ERR_SOCKET_PATH',
    message: `${path}: is too long: a socket's path holds 107 bytes, and ${path.length} are needed`,
  })
})

t.test('the longest path that a socket address holds works', async (t) => {
  const folder = makeShortFolder(t)
  const path = join(folder, 'x'.repeat(107 - folder.length - 1))
  t.equal(path.length, 107)
  await using _bound = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path })
  t.ok(await canConnect(path))
})

t.test('a folder that cannot be created is named in the error', async (t) => {
  const folder = makeShortFolder(t)
  await writeFile(join(folder, 'file'), '')
  const path = join(folder, 'file/run/shim.sock')
  await t.rejects(listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path }), {
    code: 'ERR_SOCKET_PATH',
    message: new RegExp(`^${path}: cannot be created: EEXIST`),
  })
})

t.test('at its end the shim removes its own socket', async (t) => {
  const path = join(makeShortFolder(t), 'shim.sock')
  const bound = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path })
  await bound[Symbol.asyncDispose]()
  await t.rejects(stat(path), { code: 'ENOENT' })
})

t.test('a socket that took the name in the meantime stays', async (t) => {
  const folder = makeShortFolder(t)
  const path = join(folder, 'shim.sock')
  const first = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path })
  await using successor = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path: join(folder, 'next.sock') })
  await rename(successor.path, path)
  await first[Symbol.asyncDispose]()
  t.ok(await canConnect(path), 'the successor still answers')
  await rm(path)
})

t.test(
  'a takeover replaces the socket that somebody listens on, and nobody meets a closed door meanwhile',
  async (t) => {
    const path = join(makeShortFolder(t), 'shim.sock')
    await using first = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path })
    let isOver = false
    const refused: number[] = []
    const dial = async () => {
      for (let number = 0; !isOver; number++) if (!(await canConnect(path))) refused.push(number)
    }
    const dialling = dial()
    for (let turn = 0; turn < 20; turn++) {
      const next = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path, takeover: true })
      t.not(next.inode, first.inode)
      t.teardown(() => next[Symbol.asyncDispose]())
    }
    isOver = true
    await dialling
    t.strictSame(refused, [])
  },
)

t.test(
  'a takeover makes a socket that is missing, replaces one that is dead, and leaves alone what is none',
  async (t) => {
    const folder = makeShortFolder(t)
    const [missing, dead, file] = ['missing', 'dead', 'file'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await leaveStaleSocket(dead)
    await writeFile(file, 'precious')
    for (const path of [missing, dead]) {
      await using _bound = await listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path, takeover: true })
      t.ok(await canConnect(path), path)
    }
    await t.rejects(listenOnUnixSocket(makeServer(t), { ...DEFAULTS, path: file, takeover: true }), {
      code: 'ERR_SOCKET_PATH',
      message: `${file}: is not a socket, and will not be replaced`,
    })
    t.strictSame(await readdir(folder), ['file'], 'nothing else is left')
  },
)
