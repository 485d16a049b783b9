import { pino } from 'pino'
import { escapeControls, toOneLine } from './one-line.ts'

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
}

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  /** Where a line goes, its newline included: the command line's standard error, as a rule. */
  readonly write: (line: string) => void
}

/** Creates the process's logger. */
export function createLog({ level, format, write }: LogOptions): Log {
  const destination = { write: (line: string) => write(escapeControls(format === 'json' ? line : toText(line))) }
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
export const SILENT_LOG: Log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

// `2026-11-23T06:12:00.000Z INFO  message field=value`: the JSON line again, for a person's eye.
function toText(line: string): string {
  const { level, timestamp, message, ...fields } = JSON.parse(line) as Record<string, unknown>
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${toTextValue(value)}`)
  return `${timestamp} ${String(level).toUpperCase().padEnd(5)} ${toOneLine(String(message))}${pairs.join('')}\n`
}

function toTextValue(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)
}
