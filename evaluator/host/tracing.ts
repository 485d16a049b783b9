import { formatBytes } from '../../util/bytes.ts'
import { messageOf } from '../../util/errors.ts'
import { scanJson } from '../../util/json-scan.ts'
import type { LogLevel } from '../../util/log.ts'
import type { PolicyLog } from './policy-log.ts'

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['TRACE', 'trace'],
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARNING', 'warn'],
  ['ERROR', 'error'],
])

const MAX_PAYLOAD_BYTES = 16 * 1024
const SHOWN_BYTES = 1024

/** `tracing/log`: passes a line on. A payload that cannot be read is logged as such; to the guest it always succeeds. */
export function logEvent(log: PolicyLog, payload: Uint8Array): void {
  try {
    const { level, message, ...data } = parseEvent(payload)
    log.write(level, message, Object.keys(data).length === 0 ? {} : { data })
  } catch (error) {
    const shown = new TextDecoder().decode(payload.subarray(0, SHOWN_BYTES))
    log.write('error', 'Cannot log event', { error: messageOf(error), payload: shown })
  }
}

// What the policy adds stays below `data`: it must not pass for a field of ours.
interface LogEvent {
  readonly level: LogLevel
  readonly message: string
  readonly [key: string]: unknown
}

function parseEvent(payload: Uint8Array): LogEvent {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new Error(`is ${formatBytes(payload.length)} long, where ${formatBytes(MAX_PAYLOAD_BYTES)} are taken`)
  }
  if (scanJson(payload).root.type !== 'object') throw new Error('is not a JSON object')
  const event = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>
  return { ...event, level: toLevel(event['level']), message: toMessage(event['message']) }
}

function toLevel(name: unknown): LogLevel {
  const level = typeof name === 'string' ? LEVELS.get(name.toUpperCase()) : undefined
  if (level !== undefined) return level
  throw new Error(`level must be one of ${[...LEVELS.keys()].join(', ')}`)
}

function toMessage(message: unknown): string {
  if (message === undefined || message === null) return ''
  if (typeof message === 'string') return message
  throw new Error('message must be a string')
}
