import { isUtf8 } from 'node:buffer'

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as the text that Go shows for them: each byte that belongs to no character is U+FFFD. */
export function toText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? Buffer.from(bytes).toString() : decodeBytewise(bytes)
}

function decodeBytewise(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = characterAt(bytes, at)
    parts.push(length === 0 ? '\ufffd' : UTF8.decode(bytes.subarray(at, at + length)))
    at += length || 1
  }
  return parts.join('')
}

// How many bytes the character has that starts here; 0 if none does.
function characterAt(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4; length++) {
    const candidate = bytes.subarray(at, at + length)
    if (candidate.length === length && isUtf8(candidate)) return length
  }
  return 0
}
