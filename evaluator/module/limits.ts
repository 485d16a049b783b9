import { concatBytes } from '../../util/bytes.ts'
import { type ByteReader, encodeU32 } from './byte-reader.ts'
import { UnusableModule } from './unusable-module.ts'

/** How large a memory (in pages) or a table (in entries) is at first, and may become. */
export interface Limits {
  readonly min: number
  readonly max?: number
}

const HAS_MAX = 0x01
const SHARED = 0x02
const WIDE = 0x04

/** https://webassembly.github.io/spec/core/binary/types.html#limits */
export function readLimits(reader: ByteReader, what: 'memory' | 'table'): Limits {
  const flags = reader.byte()
  if (flags & WIDE) throw new UnusableModule(`has a 64-bit ${what}, which is not supported`)
  if (flags & SHARED) throw new UnusableModule(`has a shared ${what}, which is not supported`)
  if (flags > HAS_MAX) throw new UnusableModule(`has a ${what} of a kind that is not known (flags ${flags})`)
  const min = reader.u32()
  return flags === HAS_MAX ? { min, max: reader.u32() } : { min }
}

/** Writes limits that end at `cap`, or before it if they did already. */
export function encodeCappedLimits({ min, max }: Limits, cap: number): Uint8Array {
  return concatBytes([Uint8Array.of(HAS_MAX), encodeU32(min), encodeU32(Math.min(max ?? cap, cap))])
}
