import { setImmediate } from 'node:timers/promises'
import { ByteReader } from './byte-reader.ts'
import { type Toll, Tolls } from './fuel.ts'
import { IMPORT_KIND, skipImportType } from './import-types.ts'
import { type Instruction, readIndex, walkExpression } from './instructions.ts'
import { type Limits, readLimits } from './limits.ts'
import {
  CODE_SECTION,
  EXPORT_SECTION,
  FUNCTION_SECTION,
  GLOBAL_SECTION,
  IMPORT_SECTION,
  MEMORY_SECTION,
  type Section,
  START_SECTION,
  TYPE_SECTION,
} from './sections.ts'
import { type StorePlace, storedTypeOf } from './store-marks.ts'
import { StorePlaces, setsLocal } from './store-places.ts'
import { UnusableModule } from './unusable-module.ts'
import { skipValueType } from './value-types.ts'

/** How a body begins. */
export interface Locals {
  /** Groups of one type each. */
  readonly groups: number
  /** Where they lie in the body. */
  readonly start: number
  readonly end: number
  /** How many locals they are. */
  readonly count: number
}

/** What a module is made of, as far as it decides what its guest can change. */
export interface ModuleParts {
  readonly types: number
  /** Of each type of a function, how many parameters it has; undefined where a type is written in a way that is not known. */
  readonly parameters: readonly number[] | undefined
  /** The type of each function that has a body. */
  readonly functionTypes: readonly number[]
  readonly importedFunctions: number
  readonly importedGlobals: number
  readonly functions: number
  readonly globals: readonly Global[]
  readonly exports: readonly string[]
  /** Of the one memory, in pages; undefined without one, or where there are several. */
  readonly memory: Limits | undefined
  /** The function that runs when the module is instantiated. */
  readonly start: number | undefined
  readonly bodies: readonly FunctionBody[]
}

export interface Global {
  /** Its first byte. https://webassembly.github.io/spec/core/binary/types.html#value-types */
  readonly type: number
  readonly isMutable: boolean
}

/** A function's locals and code. */
export interface FunctionBody {
  readonly bytes: Uint8Array
  readonly locals: Locals
  readonly instructions: readonly Instruction[]
  readonly tolls: readonly Toll[]
  /** Where its stores write to, by where they begin. */
  readonly places: ReadonlyMap<number, StorePlace>
}

/**
 * Lets whoever else waits for this thread have a turn now and then: requests are answered in it, and code may be megabytes.
 * @param isWanted which instructions to list; the others are walked over
 * @throws UnusableModule
 */
export async function readModuleParts(
  sections: readonly Section[],
  isWanted: (opcode: number) => boolean,
): Promise<ModuleParts> {
  const read = <T>(id: number, element: (reader: ByteReader) => T): T[] =>
    sections.filter((section) => section.id === id).flatMap(({ contents }) => readVector(contents, element))
  const imports = read(IMPORT_SECTION, readImport)
  const importsOf = (kind: number) => imports.filter((it) => it.kind === kind)
  const memories = [...imports.flatMap(({ memory }) => memory ?? []), ...read(MEMORY_SECTION, readMemory)]
  return {
    types: countOf(sections, TYPE_SECTION),
    parameters: readParameters(sections),
    functionTypes: read(FUNCTION_SECTION, (reader) => reader.u32()),
    importedFunctions: importsOf(IMPORT_KIND.function).length,
    importedGlobals: importsOf(IMPORT_KIND.global).length,
    functions: countOf(sections, FUNCTION_SECTION),
    globals: read(GLOBAL_SECTION, readGlobal),
    exports: read(EXPORT_SECTION, readExport),
    memory: memories.length === 1 ? memories[0] : undefined,
    start: readStart(sections),
    bodies: await readBodies(sections, isWanted),
  }
}

function readVector<T>(contents: Uint8Array, element: (reader: ByteReader) => T): T[] {
  const reader = new ByteReader(contents)
  return Array.from({ length: reader.u32() }, () => element(reader))
}

function countOf(sections: readonly Section[], id: number): number {
  const section = sections.find((it) => it.id === id)
  return section === undefined ? 0 : new ByteReader(section.contents).u32()
}

const FUNCTION_TYPE = 0x60

function readParameters(sections: readonly Section[]): number[] | undefined {
  const section = sections.find(({ id }) => id === TYPE_SECTION)
  if (section === undefined) return []
  const reader = new ByteReader(section.contents)
  const parameters: number[] = []
  for (let left = reader.u32(); left > 0; left--) {
    if (reader.byte() !== FUNCTION_TYPE) return undefined
    parameters.push(skipValueTypes(reader))
    skipValueTypes(reader)
  }
  return parameters
}

function skipValueTypes(reader: ByteReader): number {
  const count = reader.u32()
  for (let left = count; left > 0; left--) skipValueType(reader)
  return count
}

function readStart(sections: readonly Section[]): number | undefined {
  const section = sections.find(({ id }) => id === START_SECTION)
  return section && new ByteReader(section.contents).u32()
}

function readImport(reader: ByteReader): { readonly kind: number; readonly memory?: Limits } {
  reader.name()
  reader.name()
  const kind = reader.byte()
  if (kind === IMPORT_KIND.memory) return { kind, memory: readMemory(reader) }
  skipImportType(reader, kind)
  return { kind }
}

const readMemory = (reader: ByteReader): Limits => readLimits(reader, 'memory')

function readGlobal(reader: ByteReader): Global {
  const type = reader.spanOf(() => skipValueType(reader))[0] ?? 0
  const isMutable = reader.byte() === 1
  walkExpression(reader, () => {})
  return { type, isMutable }
}

function readExport(reader: ByteReader): string {
  const name = reader.name()
  reader.byte()
  reader.u32()
  return name
}

// A few milliseconds' worth.
const TURN_BYTES = 128 * 1024

async function readBodies(
  sections: readonly Section[],
  isWanted: (opcode: number) => boolean,
): Promise<FunctionBody[]> {
  const bodies: FunctionBody[] = []
  for (const { contents } of sections.filter(({ id }) => id === CODE_SECTION)) {
    const reader = new ByteReader(contents)
    let turnEnds = TURN_BYTES
    for (let left = reader.u32(); left > 0; left--) {
      bodies.push(readBody(reader, isWanted))
      if (reader.position < turnEnds) continue
      turnEnds = reader.position + TURN_BYTES
      await setImmediate()
    }
  }
  return bodies
}

// https://webassembly.github.io/spec/core/binary/modules.html#code-section
function readBody(reader: ByteReader, isWanted: (opcode: number) => boolean): FunctionBody {
  const bytes = reader.bytes(reader.u32())
  const body = new ByteReader(bytes)
  const locals = readLocals(body)
  const instructions: Instruction[] = []
  const tolls = new Tolls(bytes, body.position)
  const sets: number[] = []
  walkExpression(body, (instruction) => {
    const { opcode } = instruction
    tolls.pass(instruction)
    if (isWanted(opcode)) instructions.push(instruction)
    if (setsLocal(opcode)) {
      const local = readIndex(bytes, instruction)
      sets[local] = (sets[local] ?? 0) + 1
    }
  })
  // V8 has found the module valid, so that it is this walk that lost its way
  if (!body.atEnd) throw new UnusableModule('has code that goes on behind its end')
  const hasStores = instructions.some(({ opcode }) => storedTypeOf(opcode) !== undefined)
  const places = hasStores ? placeStores(new ByteReader(bytes, locals.end), bytes, sets) : new Map()
  return { bytes, locals, instructions, tolls: tolls.found, places }
}

function placeStores(body: ByteReader, bytes: Uint8Array, sets: readonly number[]): ReadonlyMap<number, StorePlace> {
  const places = new StorePlaces(bytes, sets)
  walkExpression(body, (instruction) => places.pass(instruction))
  return places.found
}

function readLocals(body: ByteReader): Locals {
  const groups = body.u32()
  const start = body.position
  let count = 0
  for (let left = groups; left > 0; left--) {
    count += body.u32()
    skipValueType(body)
  }
  return { groups, start, end: body.position, count }
}
