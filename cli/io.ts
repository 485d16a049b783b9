import { createSteps, type Steps } from '../util/steps.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** Everything a command may do to the terminal. Results go to `out`; progress, warnings and errors to `err`. */
export interface Io {
  out(text: string): void
  err(text: string): void
  /** As `out`; resolves when somebody has taken it. @throws what kept it from being written */
  outFlushed(text: string): Promise<void>
  /** Whether results go to a person's terminal, where they may be written over. */
  readonly isTerminal: boolean
  /** All of standard input. */
  readStdin(): Promise<Uint8Array>
  /** Progress lines on standard error. */
  readonly steps: Steps
  /** Called for every SIGINT and SIGTERM; without a listener they end the process. */
  onStopSignal(listener: (signal: NodeJS.Signals) => void): void
  /** Called for every SIGHUP, which would end the process otherwise. */
  onReloadSignal(listener: () => void): void
  /** Ends the process at once, whatever is still under way; one more signal, even while it waits for the kernel. */
  exit(code: ExitCode): void
}

/** The real terminal. */
export function createProcessIo(): Io {
  // Whoever reads our lines may leave, and their disk may be full; that is no reason for a shim to stop answering.
  process.stderr.on('error', () => {})
  const err = (text: string) => void process.stderr.write(text)
  process.stdout.once('error', (error) => {
    process.stdout.on('error', () => {})
    reportLostOutput(error, err)
  })
  return {
    out: (text) => void process.stdout.write(text),
    err,
    outFlushed: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
      }),
    isTerminal: process.stdout.isTTY === true,
    async readStdin() {
      const chunks: Buffer[] = []
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    },
    steps: createSteps({ isTerminal: process.stderr.isTTY === true, write: err }),
    onStopSignal(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
    },
    onReloadSignal: (listener) => void process.on('SIGHUP', listener),
    exit(code) {
      // process.exit joins threads that read files, and our listeners are deaf by then: give signals their default back
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal)
      process.exit(code)
    },
  }
}

// The command ends in its own way, and then with a failure: a result that could not be written is no "allowed" or "denied".
function reportLostOutput(error: NodeJS.ErrnoException, err: Io['err']): void {
  // whoever read it has left, and knows
  if (error.code === 'EPIPE') return
  err(`gatehouse: cannot write to standard output: ${error.message}\n`)
  process.once('exit', () => {
    process.exitCode = EXIT.FAILURE
  })
}
