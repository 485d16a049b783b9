import { randomUUID } from 'node:crypto'
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { GatehouseError } from './errors.ts'
import { makeFolder } from './make-folder.ts'
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts'

export interface FileLockOptions {
  /** Told once, when somebody else holds the lock and waiting begins. */
  readonly onWait?: (holder: ProcessIdentity) => void
  /** How long to wait before ERR_LOCK_TIMEOUT. */
  readonly timeoutMs: number
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal | undefined
}

interface Holder extends ProcessIdentity {
  /** Tells two holds of one process apart. */
  readonly nonce: string
}

const POLL_MS = 50
/** Breaking a stale lock takes less than a millisecond; a guard this old was left by a process that died doing it. */
const GUARD_MAX_AGE_MS = 10_000

/**
 * Runs `action` while no other process on this machine runs one under the same path. The lock is a file that
 * names its holder; when the holder has died without removing it, the next one in line does.
 */
export async function withFileLock<T>(path: string, options: FileLockOptions, action: () => Promise<T>): Promise<T> {
  const holder = await acquire(path, options)
  try {
    return await action()
  } finally {
    if ((await readHolder(path))?.nonce === holder.nonce) await rm(path, { force: true })
  }
}

async function acquire(path: string, { onWait, timeoutMs, signal }: FileLockOptions): Promise<Holder> {
  await makeFolder(dirname(path))
  const identity = identifyProcess(process.pid)
  if (identity === undefined) throw new GatehouseError('ERR_INTERNAL', '/proc does not show our own process')
  const holder: Holder = { ...identity, nonce: randomUUID() }
  const deadline = performance.now() + timeoutMs
  let isTold = false
  while (!(await tryCreate(path, holder))) {
    const other = await readHolder(path)
    if (other === undefined) continue // released in between
    if (!isRunning(other)) {
      await breakStale(path)
      continue
    }
    if (!isTold) onWait?.(other)
    isTold = true
    signal?.throwIfAborted()
    if (performance.now() > deadline) throw timedOut(path, other, timeoutMs)
    await delay(POLL_MS)
  }
  return holder
}

// Written aside and linked: the lock never exists without its holder's name in it.
async function tryCreate(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.nonce}`
  await writeFile(draft, JSON.stringify(holder))
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

// Two waiters may find the same dead holder; under the guard the second one looks again, and finds the first one alive.
async function breakStale(path: string): Promise<void> {
  const guard = `${path}.breaking`
  try {
    await writeFile(guard, '', { flag: 'wx' })
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > GUARD_MAX_AGE_MS) await rm(guard, { force: true })
    else await delay(POLL_MS)
    return
  }
  try {
    const holder = await readHolder(path)
    if (holder !== undefined && !isRunning(holder)) await rm(path, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    if (error instanceof SyntaxError) return { pid: 0, startedAt: '', nonce: '' } // a disk that was full: nobody's lock
    throw error
  }
}

function timedOut(path: string, { pid }: ProcessIdentity, timeoutMs: number): GatehouseError {
  return new GatehouseError(
    'ERR_LOCK_TIMEOUT',
    `process ${pid} holds the lock ${path} for more than ${timeoutMs / 1000} s`,
    {
      hint: `Wait for process ${pid}, or end it, and try again.`,
    },
  )
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}
