import type { LogFields, LogLevel } from '../../util/log.ts'

/** A line that the policy logged. */
export interface PolicyLogLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

/** Is told each line that the policy logs, while the guest runs. */
export type PolicyLogObserver = (line: PolicyLogLine) => void

// A policy that explains itself needs a few lines; one that logs in a loop must not fill the disk.
const MAX_LINES = 100
const MAX_MESSAGE_LENGTH = 4096

/** The log of one evaluation, of limited length; what did not fit is counted. */
export class PolicyLog {
  readonly #observer: PolicyLogObserver
  #lines = 0

  constructor(observer: PolicyLogObserver) {
    this.#observer = observer
  }

  write(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.#lines += 1
    if (this.#lines <= MAX_LINES) this.#observer({ level, message: cut(message), fields })
  }

  /** The evaluation is over: says how many lines were dropped, if any were. */
  close(): void {
    const dropped = this.#lines - MAX_LINES
    if (dropped > 0) {
      this.#observer({ level: 'warn', message: `policy logged ${dropped} lines more, which were dropped`, fields: {} })
    }
  }
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)}…`
}
