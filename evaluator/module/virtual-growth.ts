import { functionBody, I32, i32Const, instruction, mutableGlobal, NO_RESULT, OP } from './assemble.ts'
import { GROWN_PAGE_COST, takeFuel } from './fuel.ts'
import type { Instruction } from './instructions.ts'

/** Where the parts that a module is given lie in its index spaces. */
export interface GrowthIndices {
  /** A mutable i32 that holds the size of the memory, in pages, as the guest knows it. */
  readonly pagesGlobal: number
  /** What is called in place of `memory.grow`. */
  readonly growFunction: number
}

/** What stands in place of a `memory.size` or a `memory.grow`. */
export function replaceGrowth({ opcode }: Instruction, indices: GrowthIndices): Uint8Array {
  return opcode === OP.memorySize
    ? instruction(OP.globalGet, indices.pagesGlobal)
    : instruction(OP.call, indices.growFunction)
}

/** A mutable i32 global that begins with the memory's first size. */
export function encodePagesGlobal(pages: number): Uint8Array {
  return mutableGlobal(I32, i32Const(pages))
}

/**
 * The body of a function that grows the memory in the guest's eyes. Memory cannot be given back, so that one that has been
 * restored is larger than the guest is to know: pages that are there, and zero, are handed out again before new ones.
 */
export function encodeGrowFunction(pagesGlobal: number, fuelGlobal: number): Uint8Array {
  const fail = [...i32Const(-1), OP.return]
  const missing = [...localGet(WANTED), OP.memorySize, 0, OP.i32Sub]
  return functionBody(
    [1, 1, I32],
    [
      // more than any memory has, so that the sum below cannot overflow
      ...[...localGet(DELTA), ...i32Const(MAX_PAGES), OP.i32GtU, OP.if, NO_RESULT, ...fail, OP.end],
      ...[...instruction(OP.globalGet, pagesGlobal), ...localGet(DELTA), OP.i32Add, OP.localTee, WANTED],
      ...[OP.memorySize, 0, OP.i32GtU, OP.if, NO_RESULT],
      ...takeFuel(fuelGlobal, [...missing, OP.i64ExtendI32U, ...GROWN_PAGE_COST, OP.i64Mul]),
      ...[...missing, OP.memoryGrow, 0, ...i32Const(-1), OP.i32Eq],
      ...[OP.if, NO_RESULT, ...fail, OP.end, OP.end],
      ...instruction(OP.globalGet, pagesGlobal),
      ...[...localGet(WANTED), ...instruction(OP.globalSet, pagesGlobal)],
    ],
  )
}

const MAX_PAGES = 65_536
const DELTA = 0
const WANTED = 1

const localGet = (index: number) => [OP.localGet, index]
