import { formatBytes } from '../../../util/bytes.ts'
import { GuestFailure } from '../guest.ts'
import type { GuestMemory } from '../guest-memory.ts'

const MAX_TEXT_BYTES = 16 * 1024 * 1024
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A copy of the bytes at an address, up to the zero that ends them as in C.
 * @param onFound is told how many they are before they are copied
 * @throws GuestFailure, and what `onFound` throws
 */
export function readTerminated(
  memory: GuestMemory,
  pointer: number,
  onFound?: ((bytes: number) => void) | undefined,
): Uint8Array {
  const available = memory.byteLength - (pointer >>> 0)
  if (available <= 0)
    throw new GuestFailure(`guest passed the address ${pointer >>> 0}, which is outside of its memory`)
  const bytes = memory.view(pointer, available)
  // some ten times as fast as an array of bytes finds it
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(available, MAX_TEXT_BYTES + 1)).indexOf(0)
  if (end === -1 && available > MAX_TEXT_BYTES)
    throw new GuestFailure(`guest passed a text of more than ${formatBytes(MAX_TEXT_BYTES)}`)
  if (end === -1) throw new GuestFailure('guest passed a text that does not end')
  onFound?.(end)
  return bytes.slice(0, end)
}

/** As `readTerminated`, as text; what is no UTF-8 is refused, because a built-in would give another answer for it than for the original. */
export function readText(
  memory: GuestMemory,
  pointer: number,
  onFound?: ((bytes: number) => void) | undefined,
): string {
  const bytes = readTerminated(memory, pointer, onFound)
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new GuestFailure('guest passed a built-in a text that is not UTF-8')
  }
}
