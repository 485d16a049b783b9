import { concatBytes } from '../../util/bytes.ts'
import { ByteReader, encodeU32 } from './byte-reader.ts'
import { UnusableModule } from './unusable-module.ts'

// https://webassembly.github.io/spec/core/binary/modules.html
const MAGIC = [0x00, 0x61, 0x73, 0x6d]
const MODULE_VERSION = [0x01, 0x00, 0x00, 0x00]
// A component shares the magic number; its second half of the version, the "layer", is 1.
const COMPONENT_LAYER = [0x01, 0x00]
const PREAMBLE_LENGTH = 8

export const CUSTOM_SECTION = 0
export const TYPE_SECTION = 1
export const IMPORT_SECTION = 2
export const FUNCTION_SECTION = 3
export const TABLE_SECTION = 4
export const MEMORY_SECTION = 5
export const GLOBAL_SECTION = 6
export const EXPORT_SECTION = 7
export const START_SECTION = 8
export const CODE_SECTION = 10

/** One section of a module, its contents not looked at; views of the module's bytes. */
export interface Section {
  readonly id: number
  readonly contents: Uint8Array
}

/** Splits a module into its sections. @throws UnusableModule */
export function readSections(module: Uint8Array): Section[] {
  checkPreamble(module)
  const reader = new ByteReader(module)
  reader.bytes(PREAMBLE_LENGTH)
  const sections: Section[] = []
  while (!reader.atEnd) {
    const id = reader.byte()
    sections.push({ id, contents: reader.bytes(reader.u32()) })
  }
  return sections
}

/** Puts sections together to a module. */
export function writeSections(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const parts = sections.flatMap(({ id, contents }) => [Uint8Array.of(id), encodeU32(contents.length), contents])
  return concatBytes([Uint8Array.from([...MAGIC, ...MODULE_VERSION]), ...parts])
}

/** A custom section's name, and the contents behind it. */
export function readCustomSection(section: Section): { readonly name: string; readonly contents: Uint8Array } {
  const reader = new ByteReader(section.contents)
  return { name: reader.name(), contents: reader.rest() }
}

export function customSection(name: string, contents: Uint8Array): Section {
  const nameBytes = new TextEncoder().encode(name)
  return { id: CUSTOM_SECTION, contents: concatBytes([encodeU32(nameBytes.length), nameBytes, contents]) }
}

function checkPreamble(module: Uint8Array): void {
  const has = (expected: readonly number[], at: number) => expected.every((byte, i) => module[at + i] === byte)
  if (!has(MAGIC, 0)) throw new UnusableModule('is not WebAssembly: it does not start with the bytes `\\0asm`')
  if (has(MODULE_VERSION, MAGIC.length)) return
  throw new UnusableModule(
    has(COMPONENT_LAYER, 6) ? 'is a WebAssembly component, not a core module' : 'is not of WebAssembly version 1',
  )
}
