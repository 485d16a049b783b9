import { rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isNameTaken, watchName } from '../../../shim/socket/name-watch.ts'
import { listenOnUnixSocket } from '../../../shim/socket/unix-socket.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

async function listen(t: Test, path: string, takeover = false) {
  const server = createServer((socket) => socket.end())
  t.teardown(() => server.close())
  return { server, ...(await listenOnUnixSocket(server, { path, mode: 0o660, folderMode: 0o750, takeover })) }
}

t.test('a successor is noticed by itself', async (t) => {
  const path = join(makeShortFolder(t), 's')
  const bound = await listen(t, path)
  const taken = Promise.withResolvers<void>()
  using _watch = watchName(bound, taken.resolve)
  t.equal(await isNameTaken(bound), false)
  const successor = await listen(t, path, true)
  await taken.promise
  t.equal(await isNameTaken(bound), true)
  t.equal(await isNameTaken(successor), false)
})

t.test('a name that is gone, or leads to a socket on which nobody listens, has no successor', async (t) => {
  const folder = makeShortFolder(t)
  const path = join(folder, 's')
  const bound = await listen(t, path)
  const other = await listen(t, join(folder, 'other'))
  await rename(other.path, path)
  other.server.close()
  t.equal(await isNameTaken(bound), false, 'a dead one')
  await rm(path)
  t.equal(await isNameTaken(bound), false, 'none')
})
