import { toOneLine } from './one-line.ts'

/** `2026-11-23T06:12:00.000Z INFO  message field=value`: what a JSON line holds, for a person's eye. */
export function toTextLine({ level, timestamp, message, ...fields }: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${toTextValue(value)}`)
  return `${timestamp} ${String(level).toUpperCase().padEnd(5)} ${toOneLine(String(message))}${pairs.join('')}\n`
}

function toTextValue(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)
}
