import { concatBytes } from '../../util/bytes.ts'
import { encodeU32 } from './byte-reader.ts'
import type { Instruction } from './instructions.ts'

export const MEMORY_SIZE = 0x3f
export const MEMORY_GROW = 0x40

/** The function type `(i32) -> i32`. */
export const GROW_TYPE: Uint8Array = Uint8Array.of(0x60, 1, 0x7f, 1, 0x7f)

/** Where the parts that a module is given lie in its index spaces. */
export interface GrowthIndices {
  /** A mutable i32 that holds the size of the memory, in pages, as the guest knows it. */
  readonly pagesGlobal: number
  /** What is called in place of `memory.grow`. */
  readonly growFunction: number
}

/** What stands in place of a `memory.size` or a `memory.grow`. */
export function replaceGrowth({ opcode }: Instruction, indices: GrowthIndices): Uint8Array {
  return opcode === MEMORY_SIZE ? instruction(GLOBAL_GET, indices.pagesGlobal) : instruction(CALL, indices.growFunction)
}

/** A mutable i32 global that begins with the memory's first size. */
export function encodePagesGlobal(pages: number): Uint8Array {
  return Uint8Array.from([I32, MUTABLE, ...i32Const(pages), END])
}

/**
 * The body of a function that grows the memory in the guest's eyes. Memory cannot be given back, so that one that has been
 * restored is larger than the guest is to know: pages that are there, and zero, are handed out again before new ones.
 */
export function encodeGrowFunction({ pagesGlobal }: Pick<GrowthIndices, 'pagesGlobal'>): Uint8Array {
  const fail = [...i32Const(-1), RETURN]
  const code = [
    // more than any memory has, so that the sum below cannot overflow
    ...[...localGet(DELTA), ...i32Const(MAX_PAGES), I32_GT_U, IF, NO_RESULT, ...fail, END],
    ...[...instruction(GLOBAL_GET, pagesGlobal), ...localGet(DELTA), I32_ADD, LOCAL_TEE, WANTED],
    ...[MEMORY_SIZE, 0, I32_GT_U, IF, NO_RESULT],
    ...[...localGet(WANTED), MEMORY_SIZE, 0, I32_SUB, MEMORY_GROW, 0, ...i32Const(-1), I32_EQ],
    ...[IF, NO_RESULT, ...fail, END, END],
    ...instruction(GLOBAL_GET, pagesGlobal),
    ...[...localGet(WANTED), ...instruction(GLOBAL_SET, pagesGlobal), END],
  ]
  const body = Uint8Array.from([1, 1, I32, ...code])
  return concatBytes([encodeU32(body.length), body])
}

const MAX_PAGES = 65_536
const DELTA = 0
const WANTED = 1

// https://webassembly.github.io/spec/core/appendix/index-instructions.html
const I32 = 0x7f
const MUTABLE = 0x01
const NO_RESULT = 0x40
const IF = 0x04
const END = 0x0b
const RETURN = 0x0f
const CALL = 0x10
const LOCAL_GET = 0x20
const LOCAL_TEE = 0x22
const GLOBAL_GET = 0x23
const GLOBAL_SET = 0x24
const I32_CONST = 0x41
const I32_EQ = 0x46
const I32_GT_U = 0x4b
const I32_ADD = 0x6a
const I32_SUB = 0x6b

const instruction = (opcode: number, index: number) => concatBytes([Uint8Array.of(opcode), encodeU32(index)])
const localGet = (index: number) => [LOCAL_GET, index]

// A signed LEB128 number; two bits more than an unsigned one would need hold the sign.
function i32Const(value: number): number[] {
  const bytes: number[] = [I32_CONST]
  for (let rest = value; ; rest >>= 7) {
    const isLast = rest >= -64 && rest < 64
    bytes.push((rest & 0x7f) | (isLast ? 0 : 0x80))
    if (isLast) return bytes
  }
}
