import { concatBytes } from '../../util/bytes.ts'
import { ByteReader, encodeU32 } from './byte-reader.ts'
import { encodeCappedLimits, readLimits } from './limits.ts'
import { type Section, TABLE_SECTION, TYPE_SECTION } from './sections.ts'
import { UnusableModule } from './unusable-module.ts'
import { skipValueType } from './value-types.ts'

// Far above what compilers emit (an entry per function whose address is taken), and a megabyte for V8.
const MAX_TABLE_ENTRIES = 100_000
const MAX_TABLES = 8

/**
 * Limits what a module can take of V8's own heap. That heap's end is not a trap: V8 ends the whole process, whichever
 * thread ran the guest. Tables live there, and so would garbage-collected structures, which have no limits to rewrite.
 */
export function limitHeap(sections: readonly Section[]): Section[] {
  return sections.map((section) => {
    if (section.id === TYPE_SECTION) refuseCollectedTypes(section)
    return section.id === TABLE_SECTION ? { ...section, contents: limitTables(section) } : section
  })
}

function limitTables({ contents }: Section): Uint8Array {
  const reader = new ByteReader(contents)
  const count = reader.u32()
  if (count > MAX_TABLES) throw new UnusableModule(`has ${count} tables, where ${MAX_TABLES} are supported`)
  const tables = Array.from({ length: count }, () => limitTable(reader))
  return concatBytes([encodeU32(count), ...tables, reader.rest()])
}

const WITH_INITIALISER = 0x40

// https://webassembly.github.io/spec/core/binary/modules.html#table-section
function limitTable(reader: ByteReader): Uint8Array {
  const type = reader.spanOf(() => skipValueType(reader))
  if (type[0] === WITH_INITIALISER) throw new UnusableModule('has a table with an initialiser, which is not supported')
  const limits = readLimits(reader, 'table')
  if (limits.min > MAX_TABLE_ENTRIES) {
    throw new UnusableModule(`has a table of ${limits.min} entries, where ${MAX_TABLE_ENTRIES} are supported`)
  }
  return concatBytes([type, encodeCappedLimits(limits, MAX_TABLE_ENTRIES)])
}

const FUNCTION_TYPE = 0x60

// https://webassembly.github.io/spec/core/binary/types.html#recursive-types
function refuseCollectedTypes({ contents }: Section): void {
  const reader = new ByteReader(contents)
  for (let count = reader.u32(); count > 0; count--) {
    if (reader.byte() !== FUNCTION_TYPE) {
      throw new UnusableModule('uses garbage collection (WasmGC), whose memory cannot be limited')
    }
    skipValueTypes(reader)
    skipValueTypes(reader)
  }
}

function skipValueTypes(reader: ByteReader): void {
  for (let count = reader.u32(); count > 0; count--) skipValueType(reader)
}
