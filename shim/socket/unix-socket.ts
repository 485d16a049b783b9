import { once } from 'node:events'
import { chmod, chown, link, lstat, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import type { Server } from 'node:net'
import { dirname, join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { withFileLock } from '../../util/file-lock.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { keepName } from './kept-name.ts'
import { ignoreAbsence, probeSocket, type StaleSocket } from './probe.ts'
import type { SocketName } from './socket-name.ts'

export interface UnixSocketOptions {
  readonly path: string
  /** Rights of the socket: who may write to it may connect. */
  readonly mode: number
  /** Rights of the socket's folder if it has to be created; an existing folder is left as it is. */
  readonly folderMode: number
  readonly uid?: number
  readonly gid?: number
  /** The flag that chooses the path, for the way out of an error. */
  readonly flag?: string
  /** Takes the name from a living process that has it. */
  readonly takeover?: boolean
}

const DEFAULT_FLAG = '--socket'

/** A server listens under the path. */
export interface BoundUnixSocket extends AsyncDisposable, SocketName {}

/** `sun_path` of unix(7) holds 108 bytes, one of them the closing zero. */
const MAX_PATH_BYTES = 107

// A full backlog fails a connect at once with EAGAIN, unlike TCP, so it is as long as Linux usually allows (somaxconn).
const BACKLOG = 4096

/** Held for microseconds. */
const LOCK_TIMEOUT_MS = 5000

/**
 * Lets the server listen under a path. The socket gets its rights in a folder that is open to nobody else, and only
 * then its name, so that there is no moment at which it can be reached with wrong rights.
 * @throws GatehouseError ERR_SOCKET_IN_USE or ERR_SOCKET_PATH
 */
export async function listenOnUnixSocket(server: Server, options: UnixSocketOptions): Promise<BoundUnixSocket> {
  try {
    await createFolder(options)
    return await bind(server, options)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError('ERR_SOCKET_PATH', `${options.path}: cannot be created: ${messageOf(error)}`, {
      cause: error,
      hint: `Choose another ${options.flag ?? DEFAULT_FLAG}, or run as a user who may write to its folder.`,
    })
  }
}

async function createFolder({ path, folderMode, uid, gid }: UnixSocketOptions): Promise<void> {
  const folder = dirname(path)
  await makeFolder(dirname(folder))
  const created = await mkdir(folder, { mode: folderMode }).then(() => true, ignoreExistence)
  if (!created) return
  await setOwner(folder, uid, gid)
  await chmod(folder, folderMode)
}

async function bind(server: Server, options: UnixSocketOptions): Promise<BoundUnixSocket> {
  const { path, mode, uid, gid, flag = DEFAULT_FLAG, takeover = false } = options
  const workshop = await mkdtemp(`${dirname(path)}/.`)
  try {
    const unnamed = join(workshop, 's')
    checkLength(path, unnamed, flag)
    server.listen({ path: unnamed, backlog: BACKLOG })
    await once(server, 'listening')
    await setOwner(unnamed, uid, gid)
    await chmod(unnamed, mode)
    const { ino } = await stat(unnamed, { bigint: true })
    await (takeover ? takeName(unnamed, path, flag) : giveName(unnamed, path, flag))
    const kept = await keepName({ path, inode: ino })
    return {
      path,
      inode: ino,
      async [Symbol.asyncDispose]() {
        await kept[Symbol.asyncDispose]()
        await unlinkOwn(path, ino)
      },
    }
  } catch (error) {
    server.close()
    throw error
  } finally {
    await rm(workshop, { recursive: true, force: true })
  }
}

function checkLength(path: string, unnamed: string, flag: string): void {
  // The path below the private folder is the longer one when the socket has a very short name.
  const longest = [path, unnamed].find((name) => Buffer.byteLength(name) > MAX_PATH_BYTES)
  if (longest === undefined) return
  throw new GatehouseError(
    'ERR_SOCKET_PATH',
    `${path}: is too long: a socket's path holds ${MAX_PATH_BYTES} bytes, and ${Buffer.byteLength(longest)} are needed`,
    { hint: `Choose a ${flag} in a folder with a shorter name.` },
  )
}

/** Publishes the socket under its path. A hard link refuses to replace anything, so of two shims that start at once one wins. */
async function giveName(unnamed: string, path: string, flag: string): Promise<void> {
  if (await link(unnamed, path).then(() => true, ignoreExistence)) return
  const found = await probeSocket(path)
  if (found.kind === 'live') throw inUse(path, flag)
  if (found.kind === 'not-a-socket') throw notASocket(path, flag)
  if (found.kind === 'stale') await removeStale(path, found, { workshop: dirname(unnamed), flag })
  await giveName(unnamed, path, flag)
}

/** The same, whoever has the name: a rename is one step, so that each dial meets either the old socket or this one. */
async function takeName(unnamed: string, path: string, flag: string): Promise<void> {
  await whileNamesStay(path, async () => {
    const found = await lstat(path).catch(ignoreAbsence)
    if (found !== undefined && !found.isSocket()) throw notASocket(path, flag)
    await rename(unnamed, path)
  })
}

/** Takes a dead socket's name away; should another shim have replaced it since it was looked at, gives the name back. */
async function removeStale(
  path: string,
  stale: StaleSocket,
  { workshop, flag }: { readonly workshop: string; readonly flag: string },
): Promise<void> {
  const aside = join(workshop, 'old')
  await rename(path, aside).catch(ignoreAbsence)
  const found = await lstat(aside, { bigint: true }).catch(ignoreAbsence)
  if (found === undefined || found.ino === stale.inode) return
  await link(aside, path)
  throw inUse(path, flag)
}

function inUse(path: string, flag: string): GatehouseError {
  return new GatehouseError('ERR_SOCKET_IN_USE', `${path}: another process listens on this socket`, {
    hint: `Take its place with --takeover, stop it, or choose another ${flag}; \`ss -xlp | grep ${path}\` names it.`,
  })
}

function notASocket(path: string, flag: string): GatehouseError {
  return new GatehouseError('ERR_SOCKET_PATH', `${path}: is not a socket, and will not be replaced`, {
    hint: `Choose another ${flag}, or remove the file.`,
  })
}

/** Removes the socket unless somebody else has taken its name in the meantime. */
async function unlinkOwn(path: string, inode: bigint): Promise<void> {
  await whileNamesStay(path, async () => {
    const found = await lstat(path, { bigint: true }).catch(ignoreAbsence)
    if (found?.ino === inode) await rm(path, { force: true })
  }).catch(() => {}) // what is left is a dead socket, and those are replaced
}

/** Between looking at a name and removing it, a successor could take it, and would lose it. */
async function whileNamesStay(path: string, action: () => Promise<void>): Promise<void> {
  await withFileLock(`${path}.lock`, { timeoutMs: LOCK_TIMEOUT_MS }, action)
}

async function setOwner(path: string, uid = -1, gid = -1): Promise<void> {
  // chown(2): -1 leaves an id as it is
  if (uid !== -1 || gid !== -1) await chown(path, uid, gid)
}

function ignoreExistence(error: NodeJS.ErrnoException): false {
  if (error.code !== 'EEXIST') throw error
  return false
}
