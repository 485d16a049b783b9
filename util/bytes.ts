/** One buffer of its own that holds all parts in order; unlike `Buffer.concat`'s it may be transferred to a thread. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let position = 0
  for (const part of parts) {
    bytes.set(part, position)
    position += part.length
  }
  return bytes
}

/**
 * Gives the memory of bytes back at once, which are gone then: the collector comes by when it has reasons of its own. Bytes that share
 * their buffer with others are left to it.
 */
export function freeBytes(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB'] as const

/** `64 MiB`, `1.5 KiB`: at most one decimal place. */
export function formatBytes(count: number): string {
  const power = Math.min(UNITS.length - 1, count < 1024 ? 0 : Math.floor(Math.log2(count) / 10))
  return `${Number((count / 1024 ** power).toFixed(1))} ${UNITS[power]}`
}
