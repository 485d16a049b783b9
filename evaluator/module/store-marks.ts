import { concatBytes } from '../../util/bytes.ts'
import { functionBody, I32, I64, i32Const, instruction, NO_RESULT, OP } from './assemble.ts'
import { ByteReader, encodeU32 } from './byte-reader.ts'
import { takeBulkFuel } from './fuel.ts'
import { type Instruction, PREFIXED } from './instructions.ts'

/** A guest's memory is put back in blocks of so many bytes, as a power of two. */
export const BLOCK_SHIFT = 12

/** Stores to what one pointer points to share a mark if they lie in the same window of offsets, of so many bytes as a power of two. */
export const WINDOW_SHIFT = 9

/** From the beginning of a window in a marked block, the last store in it may end so many bytes behind that block. */
export const BEYOND_BLOCK_BYTES: number = 2 ** WINDOW_SHIFT + 15

const F32 = 0x7d
const F64 = 0x7c
const V128 = 0x7b

/** The type of what a store writes; undefined of any other instruction. */
export function storedTypeOf(opcode: number): number | undefined {
  return STORED_TYPES.get(opcode)
}

const STORED_TYPES: ReadonlyMap<number, number> = new Map([
  ...[0x36, 0x3a, 0x3b].map((opcode) => [opcode, I32] as const),
  ...[0x37, 0x3c, 0x3d, 0x3e].map((opcode) => [opcode, I64] as const),
  [0x38, F32],
  [0x39, F64],
  // v128.store, and of one lane
  ...[11, 88, 89, 90, 91].map((number) => [0xfd * PREFIXED + number, V128] as const),
])

/**
 * Where a store writes to, as far as its function's code tells. `local`: what the local points to, and the offset at which the
 * window begins that it lies in. `marked`: in a window that has been marked on every way to here. `computed`: nothing is known.
 */
export type StorePlace =
  | { readonly kind: 'local'; readonly local: number; readonly windowOffset: number }
  | { readonly kind: 'marked' }
  | { readonly kind: 'computed' }

/** Where a function keeps a store's operands while it marks the block. */
export interface MarkLocals {
  readonly address: number
  /** By the type of what is stored. */
  readonly values: ReadonlyMap<number, number>
  /** Their declarations: groups of locals. */
  readonly groups: readonly Uint8Array[]
  /** Marks that were encoded already: functions store many times to the same few offsets. */
  readonly known: Map<number, Uint8Array>
}

/** @param first the number of the function's parameters and own locals */
export function assignMarkLocals(types: Iterable<number>, first: number): MarkLocals {
  const distinct = [...new Set(types)]
  return {
    address: first,
    values: new Map(distinct.map((type, index) => [type, first + 1 + index])),
    groups: [I32, ...distinct].map((type) => Uint8Array.of(1, type)),
    known: new Map(),
  }
}

/** The marks' memory is the second one. */
const MARKS = 1
export const MARKS_INDEX: number = MARKS

const HAS_MAX = 0x01
const MAX_PAGES = 65_536
const PAGE_SHIFT = 16

/** As the memory section lists it: a byte for each block that the guest's memory can have. What lies beyond it traps in either. */
export function encodeMarksMemory(maxPages = MAX_PAGES): Uint8Array {
  const blocks = maxPages << (PAGE_SHIFT - BLOCK_SHIFT)
  const pages = encodeU32(Math.ceil(blocks / 2 ** PAGE_SHIFT))
  return concatBytes([Uint8Array.of(HAS_MAX), pages, pages])
}

const NAMES_MEMORY = 0x40
/** `i32.store8` of 1 into the marks. */
const STORE_MARK = [...i32Const(1), OP.i32Store8, NAMES_MEMORY, MARKS, 0]
const TO_BLOCK = [...i32Const(BLOCK_SHIFT), OP.i32ShrU]

/** What stands before a store: it marks the block that the store writes to, or that its window begins in. */
export function encodeMark(code: Uint8Array, store: Instruction, place: StorePlace, locals: MarkLocals): Uint8Array {
  switch (place.kind) {
    case 'marked':
      return NOTHING
    case 'local':
      return assembleLocalMark(place)
    case 'computed':
      return encodeComputedMark(code, store, locals)
  }
}

const NOTHING = new Uint8Array()

// Leaves the store's operands where they are.
function assembleLocalMark({
  local,
  windowOffset,
}: {
  readonly local: number
  readonly windowOffset: number
}): Uint8Array {
  return new Uint8Array([OP.localGet, ...encodeU32(local), ...addOffset(windowOffset), ...TO_BLOCK, ...STORE_MARK])
}

// May overflow, in which case the store traps.
const addOffset = (offset: number): number[] => (offset === 0 ? [] : [...i32Const(offset | 0), OP.i32Add])

function encodeComputedMark(code: Uint8Array, store: Instruction, { address, values, known }: MarkLocals): Uint8Array {
  const type = storedTypeOf(store.opcode) ?? 0
  const offset = readOffset(code, store)
  const key = type * 2 ** 32 + offset
  const mark = known.get(key) ?? assembleMark(address, values.get(type) ?? 0, offset)
  known.set(key, mark)
  return mark
}

function assembleMark(addressLocal: number, valueLocal: number, offset: number): Uint8Array {
  const [address, value] = [encodeU32(addressLocal), encodeU32(valueLocal)]
  return new Uint8Array([
    ...[OP.localSet, ...value, OP.localTee, ...address, OP.localGet, ...address],
    ...addOffset(offset),
    ...TO_BLOCK,
    ...STORE_MARK,
    ...[OP.localGet, ...value],
  ])
}

/** What a store adds to its address. */
export function readOffset(code: Uint8Array, { opcode, start }: Instruction): number {
  const reader = new ByteReader(code, start)
  reader.byte()
  if (opcode >= PREFIXED) reader.u32()
  if (reader.u32() & NAMES_MEMORY) reader.u32()
  return reader.u32()
}

/** The function type `(i32, i32, i32) -> (i32, i32, i32)`. */
export const BULK_TYPE: Uint8Array = Uint8Array.of(0x60, 3, I32, I32, I32, 3, I32, I32, I32)

/**
 * The body of a function that is called before memory is filled, copied or read from a segment: takes fuel for the bytes and marks
 * what will be written. Gives back what it was given.
 */
export function encodeBulkFunction(fuelGlobal: number): Uint8Array {
  const [address, source, length, first] = [0, 1, 2, 3].map((index) => [OP.localGet, index]) as [
    number[],
    number[],
    number[],
    number[],
  ]
  const last = [...address, ...length, OP.i32Add, ...i32Const(1), OP.i32Sub, ...TO_BLOCK]
  return functionBody(
    [1, 1, I32],
    [
      ...takeBulkFuel(fuelGlobal, length),
      ...[...length, OP.if, NO_RESULT],
      ...[...address, ...TO_BLOCK, OP.localTee, 3, ...last, OP.i32Eq, OP.if, NO_RESULT],
      ...[...first, ...STORE_MARK],
      // beyond the memory's end this traps, as what follows it would
      ...[OP.else, ...first, ...i32Const(1), ...last, ...first, OP.i32Sub, ...i32Const(1), OP.i32Add],
      ...[...MEMORY_FILL, MARKS, OP.end, OP.end],
      ...[...address, ...source, ...length],
    ],
  )
}

const MEMORY_FILL = [0xfc, 11]

/** A function's locals, with those for its marks behind its own. */
export function extendLocals(groups: number, own: Uint8Array, { groups: added }: MarkLocals): Uint8Array {
  return concatBytes([encodeU32(groups + added.length), own, ...added])
}

/** `call` of a function. */
export const callOf = (index: number): Uint8Array => instruction(OP.call, index)
