import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { GatehouseError } from './errors.ts'
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts'

/** A program to run beside us. */
export interface ProcessSpec {
  /** What messages call it, such as `kube-apiserver-1`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
  /** Both output streams are appended to it. */
  readonly logFile: string
}

/** A process that was started, by us or by an earlier run of ours. It outlives us unless it is stopped. */
export interface ManagedProcess extends ProcessIdentity {
  readonly name: string
  readonly logFile: string
  /** How it ended, `with code 1` or `by SIGKILL`; known only of our own children. */
  readonly exited?: Promise<string>
}

export interface Readiness {
  /** Asked again and again; an error counts as "not yet". */
  readonly isReady: (signal: AbortSignal) => Promise<boolean>
  readonly timeoutMs: number
}

const POLL_MS = 50
/** One answer to `isReady` may take this long. */
const PROBE_MS = 5000
/** The kernel ends a process at once unless it waits for a device. */
const KILL_MS = 30_000
const EXIT_NEWS_MS = 1000
const LOG_LINES_SHOWN = 20

/** Starts a process in a session of its own, so that a signal to our terminal's group does not reach it. */
export async function startProcess(spec: ProcessSpec): Promise<ManagedProcess> {
  const { name, command, logFile } = spec
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(command, spec.args, { detached: true, stdio: ['ignore', log, log], env: spec.environment })
  closeSync(log)
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `with code ${code}` : `by ${signal}`))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) =>
      reject(new GatehouseError('ERR_PROCESS_EXITED', `${name} cannot be started: ${cause.message}`, { cause })),
    )
  })
  child.unref()
  const { pid = 0 } = child
  const identity = identifyProcess(pid) ?? { pid, startedAt: 'ended at once' }
  return { ...identity, name, logFile, exited }
}

/** Waits until a process is ready. Says whether it ended early or was late, with the end of its log. */
export async function waitUntilReady(
  managed: ManagedProcess,
  { isReady, timeoutMs }: Readiness,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    if (await isReady(AbortSignal.timeout(PROBE_MS)).catch(() => false)) return
    signal?.throwIfAborted()
    if (!isRunning(managed)) throw await exitedEarly(managed)
    if (performance.now() > deadline) {
      const message = `${managed.name} is not ready after ${timeoutMs / 1000} s; ${await describeLog(managed)}`
      throw new GatehouseError('ERR_PROCESS_TIMEOUT', message)
    }
    await delay(POLL_MS)
  }
}

/** Asks processes to end, kills those that have not done so within the grace period, and returns when all are gone. */
export async function stopProcesses(processes: readonly ProcessIdentity[], graceMs: number): Promise<void> {
  const patience = [
    ['SIGTERM', graceMs],
    ['SIGKILL', KILL_MS],
  ] as const
  for (const [signal, timeoutMs] of patience) {
    for (const identity of processes) signalProcess(identity, signal)
    const deadline = performance.now() + timeoutMs
    while (processes.some(isRunning) && performance.now() < deadline) await delay(POLL_MS / 5)
  }
  const survivors = processes.filter(isRunning).map(({ pid }) => pid)
  if (survivors.length === 0) return
  throw new GatehouseError('ERR_PROCESS_TIMEOUT', `processes ${survivors.join(', ')} do not end, not even by SIGKILL`, {
    hint: 'They wait for the kernel, often for a disk or a network file system.',
  })
}

/** Sends a signal to that very process; says whether it was there to receive it. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

async function exitedEarly(managed: ManagedProcess): Promise<GatehouseError> {
  // Node hears of a child's end a moment after /proc shows it.
  const how = managed.exited === undefined ? undefined : await Promise.race([managed.exited, delay(EXIT_NEWS_MS)])
  const ended = how === undefined ? 'ended' : `ended ${how}`
  const message = `${managed.name} ${ended} before it was ready; ${await describeLog(managed)}`
  return new GatehouseError('ERR_PROCESS_EXITED', message)
}

async function describeLog({ logFile }: ManagedProcess): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '')
  const lines = text.trimEnd().split('\n').slice(-LOG_LINES_SHOWN)
  return text.trim() === '' ? `its log ${logFile} is empty` : `the end of ${logFile}:\n  ${lines.join('\n  ')}`
}
