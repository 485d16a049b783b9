import type { ByteReader } from './byte-reader.ts'
import { readLimits } from './limits.ts'
import { skipValueType } from './value-types.ts'

/** What an import can be of. https://webassembly.github.io/spec/core/binary/modules.html#import-section */
export const IMPORT_KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const

/** Walks over what an import other than a memory says of its type. */
export function skipImportType(reader: ByteReader, kind: number): void {
  switch (kind) {
    case IMPORT_KIND.table:
      skipValueType(reader)
      readLimits(reader, 'table')
      break
    case IMPORT_KIND.global:
      skipValueType(reader)
      reader.byte()
      break
    case IMPORT_KIND.tag:
      reader.byte()
      reader.u32()
      break
    default:
      reader.u32()
  }
}
