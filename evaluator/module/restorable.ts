import { concatBytes } from '../../util/bytes.ts'
import { ByteReader, encodeU32 } from './byte-reader.ts'
import { PREFIXED } from './instructions.ts'
import { type FunctionBody, type ModuleParts, readModuleParts } from './module-parts.ts'
import type { RestorableState } from './policy-module.ts'
import {
  CODE_SECTION,
  EXPORT_SECTION,
  FUNCTION_SECTION,
  GLOBAL_SECTION,
  type Section,
  TYPE_SECTION,
} from './sections.ts'
import { UnusableModule } from './unusable-module.ts'
import {
  encodeGrowFunction,
  encodePagesGlobal,
  GROW_TYPE,
  type GrowthIndices,
  MEMORY_GROW,
  MEMORY_SIZE,
  replaceGrowth,
} from './virtual-growth.ts'

/** A module whose instances can be put back into a state that they were in. */
export interface RestorableModule {
  readonly sections: readonly Section[]
  readonly state: RestorableState
}

/**
 * Makes everything that the guest can change visible from outside: its memory, and its mutable globals, which are exported.
 * Undefined where that cannot be proven to be all: the code writes tables, drops segments, uses instructions that we do
 * not know, or keeps in globals what is no integer.
 */
export async function makeRestorable(sections: readonly Section[]): Promise<RestorableModule | undefined> {
  if (sections.some(({ id, contents }) => id === CODE_SECTION && contents.length > MAX_CODE_BYTES)) return undefined
  try {
    const parts = await readModuleParts(sections, (opcode) => isGrowth(opcode) || HIDDEN_WRITES.has(opcode))
    return canBeRestored(parts) ? rewrite(sections, parts) : undefined
  } catch (error) {
    // V8 has found the module valid: it is we who do not know what it holds
    if (error instanceof UnusableModule) return undefined
    throw error
  }
}

// What these write, nobody sees from outside: tables, and which segments were dropped.
const HIDDEN_WRITES: ReadonlySet<number> = new Set([
  0x26, // table.set
  0xfc * PREFIXED + 9, // data.drop
  0xfc * PREFIXED + 12, // table.init
  0xfc * PREFIXED + 13, // elem.drop
  0xfc * PREFIXED + 14, // table.copy
  0xfc * PREFIXED + 15, // table.grow
  0xfc * PREFIXED + 17, // table.fill
])

// Tens of milliseconds to walk over, in the thread that answers requests meanwhile.
const MAX_CODE_BYTES = 4 * 1024 * 1024

const I32 = 0x7f
const I64 = 0x7e
const EXPORT_PREFIX = 'gatehouse.global.'

const isGrowth = (opcode: number) => opcode === MEMORY_GROW || opcode === MEMORY_SIZE

// A float is left out because its bits need not survive the way through a JavaScript number.
function canBeRestored({ bodies, globals, importedGlobals, memoryPages, exports }: ModuleParts): boolean {
  return (
    memoryPages !== undefined &&
    bodies.length > 0 &&
    exports.length > 0 &&
    importedGlobals === 0 &&
    globals.every(({ type, isMutable }) => !isMutable || type === I32 || type === I64) &&
    bodies.every(({ instructions }) => instructions.every(({ opcode }) => !HIDDEN_WRITES.has(opcode))) &&
    !exports.some((name) => name.startsWith(EXPORT_PREFIX))
  )
}

function rewrite(sections: readonly Section[], parts: ModuleParts): RestorableModule {
  const pagesGlobal = parts.globals.length
  const indices = { pagesGlobal, growFunction: parts.importedFunctions + parts.functions }
  const mutable = parts.globals.flatMap(({ isMutable }, index) => (isMutable ? [index] : []))
  const exported = [...mutable, pagesGlobal].map((index) => ({ index, name: `${EXPORT_PREFIX}${index}` }))
  const added = new Map<number, readonly Uint8Array[]>([
    [TYPE_SECTION, [GROW_TYPE]],
    [FUNCTION_SECTION, [encodeU32(parts.types)]],
    [GLOBAL_SECTION, [encodePagesGlobal(parts.memoryPages ?? 0)]],
    [EXPORT_SECTION, exported.map(({ name, index }) => encodeGlobalExport(name, index))],
  ])
  const code = { id: CODE_SECTION, contents: rewriteCode(parts.bodies, indices) }
  return {
    sections: withGlobalSection(sections).map((section) =>
      section.id === CODE_SECTION ? code : append(section, added.get(section.id) ?? []),
    ),
    state: { globals: exported.map(({ name }) => name), pages: `${EXPORT_PREFIX}${pagesGlobal}` },
  }
}

function rewriteCode(bodies: readonly FunctionBody[], indices: GrowthIndices): Uint8Array {
  const rewritten = bodies.flatMap((body) => {
    const bytes = rewriteBody(body, indices)
    return [encodeU32(bytes.length), bytes]
  })
  return concatBytes([encodeU32(bodies.length + 1), ...rewritten, encodeGrowFunction(indices)])
}

function rewriteBody({ bytes, instructions }: FunctionBody, indices: GrowthIndices): Uint8Array {
  if (instructions.length === 0) return bytes
  const pieces: Uint8Array[] = []
  let position = 0
  for (const instruction of instructions) {
    pieces.push(bytes.subarray(position, instruction.start), replaceGrowth(instruction, indices))
    position = instruction.end
  }
  return concatBytes([...pieces, bytes.subarray(position)])
}

const KIND_GLOBAL = 3

function encodeGlobalExport(name: string, index: number): Uint8Array {
  return concatBytes([encodeU32(name.length), Buffer.from(name), Uint8Array.of(KIND_GLOBAL), encodeU32(index)])
}

/** Adds elements to a section that is a vector, as most are. */
function append(section: Section, elements: readonly Uint8Array[]): Section {
  if (elements.length === 0) return section
  const reader = new ByteReader(section.contents)
  const count = reader.u32() + elements.length
  return { ...section, contents: concatBytes([encodeU32(count), reader.rest(), ...elements]) }
}

// Sections stand in a fixed order: globals before exports. A guest exports something, or nobody could call it.
function withGlobalSection(sections: readonly Section[]): Section[] {
  if (sections.some(({ id }) => id === GLOBAL_SECTION)) return [...sections]
  const at = sections.findIndex(({ id }) => id === EXPORT_SECTION)
  const empty = { id: GLOBAL_SECTION, contents: encodeU32(0) }
  return [...sections.slice(0, at), empty, ...sections.slice(at)]
}
