import { pino } from 'pino'
import { escapeControls } from './one-line.ts'
import { toTextLine } from './text-line.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const LOG_FORMATS = ['text', 'json'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

/** Fields of one log line; names are camelCase and stable. */
export type LogFields = Readonly<Record<string, unknown>>

/** A structured logger: one line per call, fields before the message. */
export interface Log {
  trace(fields: LogFields, message: string): void
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** Whether a line of this level would be written. */
  isLevelEnabled(level: LogLevel): boolean
}

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  /** Where a line goes, its newline included: the command line's standard error, as a rule. */
  readonly write: (line: string) => void
}

/** Creates the process's logger. */
export function createLog({ level, format, write }: LogOptions): Log {
  const destination = {
    write: (line: string) => write(escapeControls(format === 'json' ? line : toTextLine(JSON.parse(line)))),
  }
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
}

/** A logger that says nothing, for library use and tests. */
export const SILENT_LOG: Log = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, isLevelEnabled: () => false }
