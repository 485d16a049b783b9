import { toText } from './bytes.ts'

/** https://pkg.go.dev/net/url#QueryEscape */
export function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** https://pkg.go.dev/net/url#QueryUnescape; undefined where it reports an error. */
export function unescapeQuery(text: string): string | undefined {
  return unescapePercent(text.replaceAll('+', ' '))
}

/** Decodes `%41`; undefined if a `%` is not followed by two digits. */
export function unescapePercent(text: string): string | undefined {
  if (!text.includes('%')) return text
  const bytes = unescapeToBytes(text)
  return bytes && toText(bytes)
}

/** As `unescapePercent`, for what need not be text. */
export function unescapeToBytes(text: string): Uint8Array | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined
  const bytes = Buffer.from(text)
  let [read, written] = [0, 0]
  while (read < bytes.length) {
    const isEscape = bytes[read] === 0x25
    bytes[written++] = isEscape ? Number.parseInt(bytes.toString('latin1', read + 1, read + 3), 16) : (bytes[read] ?? 0)
    read += isEscape ? 3 : 1
  }
  return bytes.subarray(0, written)
}
