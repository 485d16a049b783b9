import { setImmediate } from 'node:timers/promises'
import { ByteReader } from './byte-reader.ts'
import { type Toll, Tolls } from './fuel.ts'
import { IMPORT_KIND, skipImportType } from './import-types.ts'
import { type Instruction, walkExpression } from './instructions.ts'
import { readLimits } from './limits.ts'
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
import { UnusableModule } from './unusable-module.ts'
import { skipValueType } from './value-types.ts'

/** What a module is made of, as far as it decides what its guest can change. */
export interface ModuleParts {
  readonly types: number
  readonly importedFunctions: number
  readonly importedGlobals: number
  readonly functions: number
  readonly globals: readonly Global[]
  readonly exports: readonly string[]
  /** Of the one memory, in pages; undefined without one, or where there are several. */
  readonly memoryPages: number | undefined
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
  readonly instructions: readonly Instruction[]
  readonly tolls: readonly Toll[]
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
  const memories = [...importsOf(IMPORT_KIND.memory).map(({ pages }) => pages), ...read(MEMORY_SECTION, readPages)]
  return {
    types: countOf(sections, TYPE_SECTION),
    importedFunctions: importsOf(IMPORT_KIND.function).length,
    importedGlobals: importsOf(IMPORT_KIND.global).length,
    functions: countOf(sections, FUNCTION_SECTION),
    globals: read(GLOBAL_SECTION, readGlobal),
    exports: read(EXPORT_SECTION, readExport),
    memoryPages: memories.length === 1 ? memories[0] : undefined,
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

function readStart(sections: readonly Section[]): number | undefined {
  const section = sections.find(({ id }) => id === START_SECTION)
  return section && new ByteReader(section.contents).u32()
}

function readImport(reader: ByteReader): { readonly kind: number; readonly pages: number } {
  reader.name()
  reader.name()
  const kind = reader.byte()
  if (kind === IMPORT_KIND.memory) return { kind, pages: readPages(reader) }
  skipImportType(reader, kind)
  return { kind, pages: 0 }
}

const readPages = (reader: ByteReader): number => readLimits(reader, 'memory').min

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
  for (let groups = body.u32(); groups > 0; groups--) {
    body.skipNumber()
    skipValueType(body)
  }
  const instructions: Instruction[] = []
  const tolls = new Tolls(body.position)
  walkExpression(body, (instruction) => {
    tolls.pass(instruction)
    if (isWanted(instruction.opcode)) instructions.push(instruction)
  })
  // V8 has found the module valid, so that it is this walk that lost its way
  if (!body.atEnd) throw new UnusableModule('has code that goes on behind its end')
  return { bytes, instructions, tolls: tolls.found }
}
