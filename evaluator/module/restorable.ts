import { concatBytes } from '../../util/bytes.ts'
import { I32, I32_TO_I32, I64, OP } from './assemble.ts'
import { ByteReader, encodeU32 } from './byte-reader.ts'
import { encodeFuelGlobal, encodeToll, isBulk } from './fuel.ts'
import { type Instruction, PREFIXED } from './instructions.ts'
import { type FunctionBody, type ModuleParts, readModuleParts } from './module-parts.ts'
import type { RestorableState } from './policy-module.ts'
import {
  CODE_SECTION,
  EXPORT_SECTION,
  FUNCTION_SECTION,
  GLOBAL_SECTION,
  MEMORY_SECTION,
  type Section,
  START_SECTION,
  TYPE_SECTION,
} from './sections.ts'
import { type DueToll, settleTolls } from './settle-tolls.ts'
import {
  assignMarkLocals,
  BULK_TYPE,
  callOf,
  encodeBulkFunction,
  encodeMark,
  encodeMarksMemory,
  extendLocals,
  MARKS_INDEX,
  type MarkLocals,
  storedTypeOf,
} from './store-marks.ts'
import { UnusableModule } from './unusable-module.ts'
import { encodeGrowFunction, encodePagesGlobal, type GrowthIndices, replaceGrowth } from './virtual-growth.ts'

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
    const parts = await readModuleParts(sections, isWanted)
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

const EXPORT_PREFIX = 'gatehouse.'

const isWanted = (opcode: number) => isGrowth(opcode) || isBulk(opcode) || isStore(opcode) || HIDDEN_WRITES.has(opcode)
const isStore = (opcode: number) => storedTypeOf(opcode) !== undefined
const isGrowth = (opcode: number) => opcode === OP.memoryGrow || opcode === OP.memorySize

// A float is left out because its bits need not survive the way through a JavaScript number.
function canBeRestored({ bodies, parameters, globals, importedGlobals, memory, exports }: ModuleParts): boolean {
  return (
    memory !== undefined &&
    parameters !== undefined &&
    bodies.length > 0 &&
    exports.length > 0 &&
    importedGlobals === 0 &&
    globals.every(({ type, isMutable }) => !isMutable || type === I32 || type === I64) &&
    bodies.every(({ instructions }) => instructions.every(({ opcode }) => !HIDDEN_WRITES.has(opcode))) &&
    !exports.some((name) => name.startsWith(EXPORT_PREFIX))
  )
}

/** Where the parts that a module is given lie in its index spaces. */
interface GivenParts extends GrowthIndices {
  /** A mutable i64: how much the guest may still do. */
  readonly fuelGlobal: number
  /** Takes fuel for a number of bytes, and marks them. */
  readonly bulkFunction: number
}

function rewrite(sections: readonly Section[], parts: ModuleParts): RestorableModule {
  const globals = parts.globals.length
  const functions = parts.importedFunctions + parts.functions
  const given = { pagesGlobal: globals, fuelGlobal: globals + 1, growFunction: functions, bulkFunction: functions + 1 }
  const mutable = parts.globals.flatMap(({ isMutable }, index) => (isMutable ? [index] : []))
  const start = parts.start === undefined ? undefined : { index: parts.start, name: START_EXPORT }
  const exported = [...mutable, given.pagesGlobal, given.fuelGlobal].map((index) => ({ index, name: nameOf(index) }))
  const added = new Map<number, readonly Uint8Array[]>([
    [TYPE_SECTION, [I32_TO_I32, BULK_TYPE]],
    [MEMORY_SECTION, [encodeMarksMemory(parts.memory?.max)]],
    [FUNCTION_SECTION, [encodeU32(parts.types), encodeU32(parts.types + 1)]],
    [GLOBAL_SECTION, [encodePagesGlobal(parts.memory?.min ?? 0), encodeFuelGlobal()]],
    [
      EXPORT_SECTION,
      [
        ...exported.map((global) => encodeExport(KIND_GLOBAL, global)),
        encodeExport(KIND_MEMORY, { name: MARKS_EXPORT, index: MARKS_INDEX }),
        ...(start === undefined ? [] : [encodeExport(KIND_FUNCTION, start)]),
      ],
    ],
  ])
  const code = { id: CODE_SECTION, contents: rewriteCode(parts, given) }
  return {
    sections: withSections(sections)
      .filter(({ id }) => id !== START_SECTION)
      .map((section) => (section.id === CODE_SECTION ? code : append(section, added.get(section.id) ?? []))),
    state: {
      globals: [...mutable, given.pagesGlobal].map(nameOf),
      pages: nameOf(given.pagesGlobal),
      fuel: nameOf(given.fuelGlobal),
      marks: MARKS_EXPORT,
      ...(start && { start: start.name }),
    },
  }
}

function rewriteCode(
  { bodies, functionTypes, parameters = [], importedFunctions }: ModuleParts,
  given: GivenParts,
): Uint8Array {
  const due = settleTolls(bodies, importedFunctions)
  const rewritten = bodies.flatMap((body, index) => {
    const own = parameters[functionTypes[index] ?? 0] ?? 0
    const bytes = rewriteBody(body, { tolls: due[index] ?? [], parameters: own, given })
    return [encodeU32(bytes.length), bytes]
  })
  const { pagesGlobal, fuelGlobal } = given
  const added = [encodeGrowFunction(pagesGlobal, fuelGlobal), encodeBulkFunction(fuelGlobal)]
  return concatBytes([encodeU32(bodies.length + added.length), ...rewritten, ...added])
}

/** Bytes in place of those from `start` to `end`. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array
}

interface BodyParts {
  readonly tolls: readonly DueToll[]
  readonly parameters: number
  readonly given: GivenParts
}

function rewriteBody(body: FunctionBody, { tolls, parameters, given }: BodyParts): Uint8Array {
  const { bytes, instructions, locals, places } = body
  const computed = instructions.filter(({ start }) => places.get(start)?.kind === 'computed')
  const stored = new Set(computed.map(({ opcode }) => storedTypeOf(opcode)).filter((type) => type !== undefined))
  const marks = assignMarkLocals(stored, parameters + locals.count)
  // at the same place the toll comes first: it is for what is behind it
  const edits = [
    ...(stored.size === 0 ? [] : [toLocals(body, marks)]),
    ...tolls.map((toll) => toToll(toll, given)),
    ...instructions.map((it) => toEdit(it, body, { given, marks })),
  ]
  const pieces: Uint8Array[] = []
  let position = 0
  for (const edit of edits.sort((one, other) => one.start - other.start)) {
    pieces.push(bytes.subarray(position, edit.start), edit.bytes)
    position = edit.end
  }
  return concatBytes([...pieces, bytes.subarray(position)])
}

function toLocals({ bytes, locals: { groups, start, end } }: FunctionBody, marks: MarkLocals): Edit {
  return { start: 0, end, bytes: extendLocals(groups, bytes.subarray(start, end), marks) }
}

function toEdit(
  instruction: Instruction,
  { bytes: code, places }: FunctionBody,
  { given, marks }: { readonly given: GivenParts; readonly marks: MarkLocals },
): Edit {
  const { opcode, start, end } = instruction
  if (isGrowth(opcode)) return { start, end, bytes: replaceGrowth(instruction, given) }
  const place = places.get(start)
  if (place !== undefined) return { start, end: start, bytes: encodeMark(code, instruction, place, marks) }
  return { start, end: start, bytes: callOf(given.bulkFunction) }
}

function toToll({ position, amount }: DueToll, { fuelGlobal }: GivenParts): Edit {
  return { start: position, end: position, bytes: encodeToll(amount, fuelGlobal) }
}

const nameOf = (global: number): string => `${EXPORT_PREFIX}global.${global}`
const START_EXPORT = 'gatehouse.start'
const MARKS_EXPORT = 'gatehouse.marks'

const KIND_FUNCTION = 0
const KIND_MEMORY = 2
const KIND_GLOBAL = 3

function encodeExport(kind: number, { name, index }: { readonly name: string; readonly index: number }): Uint8Array {
  return concatBytes([encodeU32(name.length), Buffer.from(name), Uint8Array.of(kind), encodeU32(index)])
}

/** Adds elements to a section that is a vector, as most are. */
function append(section: Section, elements: readonly Uint8Array[]): Section {
  if (elements.length === 0) return section
  const reader = new ByteReader(section.contents)
  const count = reader.u32() + elements.length
  return { ...section, contents: concatBytes([encodeU32(count), reader.rest(), ...elements]) }
}

// Sections stand in a fixed order: memories, tags, globals, exports. A guest exports something, or nobody could call it.
function withSections(sections: readonly Section[]): Section[] {
  const withGlobals = insertSection(sections, GLOBAL_SECTION, [EXPORT_SECTION])
  return insertSection(withGlobals, MEMORY_SECTION, [TAG_SECTION, GLOBAL_SECTION])
}

const TAG_SECTION = 13

/** With an empty section before the first of those that follow it, unless it is there. */
function insertSection(sections: readonly Section[], id: number, followers: readonly number[]): Section[] {
  if (sections.some((section) => section.id === id)) return [...sections]
  const at = sections.findIndex((section) => followers.includes(section.id))
  return [...sections.slice(0, at), { id, contents: encodeU32(0) }, ...sections.slice(at)]
}
