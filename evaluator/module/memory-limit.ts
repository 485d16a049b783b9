import { concatBytes, formatBytes } from '../../util/bytes.ts'
import { ByteReader, encodeU32 } from './byte-reader.ts'
import { IMPORT_KIND, skipImportType } from './import-types.ts'
import { encodeCappedLimits, type Limits, readLimits } from './limits.ts'
import { IMPORT_SECTION, MEMORY_SECTION, type Section } from './sections.ts'
import { UnusableModule } from './unusable-module.ts'

const PAGE_BYTES = 65_536

export interface LimitedMemory {
  readonly sections: readonly Section[]
  /** What the memory is at first; 0 without a memory. */
  readonly initialBytes: number
  /** What the memory can grow to: the cap, or the module's own maximum where that is less; 0 without a memory. */
  readonly limitBytes: number
}

/**
 * Writes a maximum into the module's memory, defined or imported. V8 then refuses to grow it further, which a guest
 * sees as any other failed allocation; nothing has to be watched while it runs.
 */
export function limitMemory(sections: readonly Section[], capBytes: number): LimitedMemory {
  const cap = Math.floor(capBytes / PAGE_BYTES)
  const found: Required<Limits>[] = []
  const rewrite = (limits: Limits): Uint8Array => {
    checkStart(limits, cap)
    found.push({ min: limits.min, max: Math.min(limits.max ?? cap, cap) })
    return encodeCappedLimits(limits, cap)
  }
  const limited = sections.map((section) => rewriteSection(section, rewrite))
  if (found.length > 1) throw new UnusableModule(`has ${found.length} memories, where one is supported`)
  const { min, max } = found[0] ?? { min: 0, max: 0 }
  return { sections: limited, initialBytes: min * PAGE_BYTES, limitBytes: max * PAGE_BYTES }
}

function checkStart({ min }: Limits, cap: number): void {
  if (min <= cap) return
  const [needed, allowed] = [formatBytes(min * PAGE_BYTES), formatBytes(cap * PAGE_BYTES)]
  throw new UnusableModule(`needs ${needed} of memory to start, but ${allowed} are allowed`, 'raise the memory limit')
}

type RewriteLimits = (limits: Limits) => Uint8Array

function rewriteSection(section: Section, rewrite: RewriteLimits): Section {
  switch (section.id) {
    case MEMORY_SECTION:
      return { ...section, contents: rewriteVector(section, (reader) => rewrite(readLimits(reader, 'memory'))) }
    case IMPORT_SECTION:
      return { ...section, contents: rewriteVector(section, (reader) => rewriteImport(reader, rewrite)) }
    default:
      return section
  }
}

function rewriteVector({ contents }: Section, rewriteElement: (reader: ByteReader) => Uint8Array): Uint8Array {
  const reader = new ByteReader(contents)
  const count = reader.u32()
  const elements: Uint8Array[] = []
  while (elements.length < count) elements.push(rewriteElement(reader))
  return concatBytes([encodeU32(count), ...elements, reader.rest()])
}

// https://webassembly.github.io/spec/core/binary/modules.html#import-section
function rewriteImport(reader: ByteReader, rewrite: RewriteLimits): Uint8Array {
  let kind = 0
  const names = reader.spanOf(() => {
    reader.name()
    reader.name()
    kind = reader.byte()
  })
  if (kind === IMPORT_KIND.memory) return concatBytes([names, rewrite(readLimits(reader, 'memory'))])
  return concatBytes([names, reader.spanOf(() => skipImportType(reader, kind))])
}
