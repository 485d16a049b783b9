import { ByteReader, encodeU32 } from '../../evaluator/module/byte-reader.ts'
import { CODE_SECTION, FUNCTION_SECTION, readSections, writeSections } from '../../evaluator/module/sections.ts'
import { concatBytes } from '../../util/bytes.ts'

/**
 * The module with its own functions once more, and again, until it has so many bytes. Nothing calls the copies: it does what
 * it did, and is as much code to read, check and keep as a module of that size.
 */
export function swellModule(module: Uint8Array, bytes: number): Uint8Array {
  const sections = readSections(module)
  const functions = new ByteReader(contentsOf(sections, FUNCTION_SECTION))
  const code = new ByteReader(contentsOf(sections, CODE_SECTION))
  const count = code.u32()
  functions.u32()
  const types = functions.rest()
  const bodies = code.rest()
  const copies = Math.max(1, 1 + Math.ceil((bytes - module.length) / (bodies.length + types.length)))
  const repeat = (contents: Uint8Array) =>
    concatBytes([encodeU32(count * copies), ...Array.from({ length: copies }, () => contents)])
  return writeSections(
    sections.map((section) => {
      if (section.id === FUNCTION_SECTION) return { ...section, contents: repeat(types) }
      return section.id === CODE_SECTION ? { ...section, contents: repeat(bodies) } : section
    }),
  )
}

function contentsOf(sections: ReturnType<typeof readSections>, id: number): Uint8Array {
  const section = sections.find((candidate) => candidate.id === id)
  if (section === undefined) throw new RangeError(`the module has no section ${id}`)
  return section.contents
}
