import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Log } from '../../util/log.ts'
import { programFiles } from '../../util/package-root.ts'

export interface GuardOptions {
  /** The command line of the shim. */
  readonly args: readonly string[]
  readonly log: Log
  /** How long the shim may be stopped by a signal until it is ended; 1 s by default. */
  readonly stoppedMs?: number
}

const STOPPED_MS = 1000
const LOOKS = 4
/** A shim that ends at once would end again: wait longer each time, up to the largest. */
const RESTART_MS = { least: 100, most: 5000 } as const
/** One that has lived so long was no failed start. */
const LIVED_MS = 10_000
const USAGE = 2

/** Runs the shim as its child, starts it again when it dies, and ends it when it is stopped: nobody would answer for it. */
export class Guard {
  readonly #options: GuardOptions
  readonly #ended = Promise.withResolvers<number>()
  #child: ChildProcess | undefined
  #isStopping = false
  #restartMs: number = RESTART_MS.least
  #restart: NodeJS.Timeout | undefined
  #looksStopped = 0

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /** Resolves to the code with which the last shim left: after `signal('SIGTERM')`, or because another has its socket. */
  async run(): Promise<number> {
    this.#start()
    const watch = setInterval(() => this.#look(), (this.#options.stoppedMs ?? STOPPED_MS) / LOOKS)
    try {
      return await this.#ended.promise
    } finally {
      clearInterval(watch)
    }
  }

  /** Passes a signal on. After one that stops the shim it is not started again. */
  signal(signal: NodeJS.Signals): void {
    if (signal !== 'SIGHUP') this.#isStopping = true
    this.#child?.kill(signal)
    if (this.#isStopping && this.#child === undefined) {
      clearTimeout(this.#restart)
      this.#ended.resolve(0)
    }
  }

  #start(): void {
    const { args, log } = this.#options
    const startedMs = performance.now()
    const child = spawn(process.execPath, [...programFiles(), 'shim', ...args], { stdio: 'inherit' })
    this.#child = child
    this.#looksStopped = 0
    log.info({ shim: child.pid }, 'started the shim')
    child.once('error', (error) => log.error({ error: error.message }, 'the shim cannot be started'))
    child.once('close', (code, signal) => this.#afterEnd(code, signal, performance.now() - startedMs))
  }

  #afterEnd(code: number | null, signal: NodeJS.Signals | null, livedMs: number): void {
    const { log } = this.#options
    this.#child = undefined
    // 0 unasked: a successor has its socket; a command line that is wrong stays wrong
    if (this.#isStopping || code === 0 || code === USAGE) {
      this.#ended.resolve(code ?? 0)
      return
    }
    if (livedMs >= LIVED_MS) this.#restartMs = RESTART_MS.least
    log.error({ code, signal, restartMs: this.#restartMs }, 'the shim ended; starting it again')
    this.#restart = setTimeout(() => this.#start(), this.#restartMs)
    this.#restartMs = Math.min(RESTART_MS.most, this.#restartMs * 2)
  }

  // Stopped by SIGSTOP or a terminal: it keeps its connections, on which API servers wait for answers that do not come.
  #look(): void {
    const pid = this.#child?.pid
    if (pid === undefined) return
    this.#looksStopped = isStopped(pid) ? this.#looksStopped + 1 : 0
    if (this.#looksStopped < LOOKS) return
    this.#options.log.error({ shim: pid }, 'the shim is stopped and answers nobody; ending it')
    this.#child?.kill('SIGKILL')
  }
}

// proc_pid_stat(5): the command stands in brackets and may hold anything; the state follows
function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T'
  } catch {
    return false
  }
}
