import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { GatehouseError } from '../../util/errors.ts'
import { type ManagedProcess, startProcess, stopProcesses } from '../../util/managed-process.ts'
import { programFiles } from '../../util/package-root.ts'
import { isRunning } from '../../util/process-identity.ts'
import type { StartCase } from './start-cases.ts'

/** Milliseconds from the start of a process until it is ready; and of CPU time, of all its threads. */
export interface TimedStart {
  readonly readyMs: number
  readonly cpuMs: number
}

export interface Surroundings {
  readonly folder: string
  readonly store: string
}

const START_MS = 60_000
const STOP_MS = 10_000
/** Finer than what is to be seen; a socket that is not there yet costs little to ask. */
const POLL_MS = 4
/** Linux counts CPU time in hundredths of a second, as programs see it. */
const TICK_MS = 10

/** Node itself: it runs nothing, and is ready when it has ended. */
export async function timeNode(): Promise<number> {
  const startedAt = performance.now()
  await once(spawn(process.execPath, ['--eval', '0'], { stdio: 'ignore', env: {} }), 'exit')
  return performance.now() - startedAt
}

/** A shim: it is ready when it answers /readiness with 200. @throws when it is not, or serves fewer policies than it was given */
export async function timeShim({ policiesFile, policies }: StartCase, where: Surroundings): Promise<TimedStart> {
  const { folder, store } = where
  const run = join(folder, 'run')
  const socketPath = join(run, 's')
  const logFile = join(folder, 'shim.log')
  await rm(run, { recursive: true, force: true })
  await rm(logFile, { force: true })
  const flags = [`--policies=${policiesFile}`, `--policies-download-dir=${store}`, `--socket=${socketPath}`]
  const startedAt = performance.now()
  const shim = await startProcess({
    name: 'the shim',
    command: process.execPath,
    args: [...programFiles(), 'shim', ...flags, `--cert-dir=${join(folder, 'pki')}`, '--log-fmt=json'],
    environment: { XDG_CACHE_HOME: join(folder, 'cache') },
    logFile,
  })
  try {
    await waitForAnswer(shim, socketPath)
    const readyMs = performance.now() - startedAt
    const cpuMs = await readCpuMs(shim.pid)
    await checkServed(logFile, policies)
    return { readyMs, cpuMs }
  } finally {
    await stopProcesses([shim], STOP_MS)
  }
}

async function waitForAnswer(shim: ManagedProcess, socketPath: string): Promise<void> {
  const deadline = performance.now() + START_MS
  while (!(await isReady(socketPath))) {
    if (!isRunning(shim) || performance.now() > deadline) {
      const log = await readFile(shim.logFile, 'utf8')
      throw new GatehouseError('ERR_PROCESS_EXITED', `the shim was not ready in time: ${log.slice(-2000)}`)
    }
    await delay(POLL_MS)
  }
}

function isReady(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    get({ socketPath, path: '/readiness', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', () => resolve(false))
  })
}

// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: utime and stime, counted from behind the name
async function readCpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

// A shim without some of its policies is ready, too.
async function checkServed(logFile: string, policies: number): Promise<void> {
  const log = await readFile(logFile, 'utf8')
  const loaded = log.split('\n').filter((line) => line.includes('"policy loaded"')).length
  if (loaded === policies) return
  throw new GatehouseError(
    'ERR_PROCESS_EXITED',
    `the shim serves ${loaded} of ${policies} policies: ${log.slice(-2000)}`,
  )
}
