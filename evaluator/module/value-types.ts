import type { ByteReader } from './byte-reader.ts'

const REFERENCE = 0x64
const NULLABLE_REFERENCE = 0x63

/** Walks over a value type or reference type. https://webassembly.github.io/spec/core/binary/types.html#value-types */
export function skipValueType(reader: ByteReader): void {
  const first = reader.byte()
  // these two name what they refer to; all others are one byte
  if (first === REFERENCE || first === NULLABLE_REFERENCE) reader.skipNumber()
}
