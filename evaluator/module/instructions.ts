import { ByteReader } from './byte-reader.ts'
import { UnusableModule } from './unusable-module.ts'
import { skipValueType } from './value-types.ts'

/** One instruction. Of those with a prefix (0xfc, 0xfd) the opcode is `prefix * 2 ** 16 + number`. */
export interface Instruction {
  readonly opcode: number
  /** Where it begins in the reader's bytes. */
  readonly start: number
  readonly end: number
}

export const PREFIXED = 2 ** 16
export const LOOP = 0x03
/** `block`, `loop`, `if`, `try`, `try_table`. */
export const OPENS_BLOCK: ReadonlySet<number> = new Set([0x02, LOOP, 0x04, 0x06, 0x1f])
/** `end`, `delegate`. */
export const CLOSES_BLOCK: ReadonlySet<number> = new Set([0x0b, 0x18])

/**
 * Walks over one expression, to the `end` that closes it. https://webassembly.github.io/spec/core/binary/instructions.html
 * @throws UnusableModule at an instruction that this walk does not know, as nothing can be said of what follows it
 */
export function walkExpression(reader: ByteReader, visit: (instruction: Instruction) => void): void {
  for (let depth = 1; depth > 0; ) {
    const start = reader.position
    const opcode = readOpcode(reader)
    skipImmediates(reader, opcode)
    visit({ opcode, start, end: reader.position })
    if (OPENS_BLOCK.has(opcode)) depth += 1
    else if (CLOSES_BLOCK.has(opcode)) depth -= 1
  }
}

function readOpcode(reader: ByteReader): number {
  const first = reader.byte()
  return first === 0xfc || first === 0xfd ? first * PREFIXED + reader.u32() : first
}

/** The index behind an opcode of one byte. */
export function readIndex(code: Uint8Array, { start }: Instruction): number {
  const first = code[start + 1]
  return first !== undefined && first < 0x80 ? first : new ByteReader(code, start + 1).u32()
}

type Skip = (reader: ByteReader) => void

const nothing: Skip = () => {}
const number: Skip = (reader) => reader.skipNumber()
const bytes =
  (length: number): Skip =>
  (reader) =>
    void reader.bytes(length)

const numbers =
  (count: number): Skip =>
  (reader) => {
    for (let rest = count; rest > 0; rest--) reader.skipNumber()
  }

const listOf =
  (skip: Skip): Skip =>
  (reader) => {
    for (let rest = reader.u32(); rest > 0; rest--) skip(reader)
  }

const NAMES_MEMORY = 0x40

const memoryArgument: Skip = (reader) => {
  if (reader.u32() & NAMES_MEMORY) reader.skipNumber()
  reader.skipNumber()
}

const memoryArgumentAndLane: Skip = (reader) => {
  memoryArgument(reader)
  reader.byte()
}

// A number, or a type written as a value type is; the types that refer to others are longer.
const blockType: Skip = (reader) => {
  const isReference = reader.peek() === 0x63 || reader.peek() === 0x64
  if (isReference) skipValueType(reader)
  else reader.skipNumber()
}

const branchTable: Skip = (reader) => {
  listOf(number)(reader)
  reader.skipNumber()
}

const CATCHES_ALL = 2

const catchClause: Skip = (reader) => {
  if (reader.byte() < CATCHES_ALL) reader.skipNumber()
  reader.skipNumber()
}

const tryTable: Skip = (reader) => {
  blockType(reader)
  listOf(catchClause)(reader)
}

// From opcode to opcode, both included: what follows them. What is not listed is not known.
const PLAIN = tabulate([
  [0x00, 0x01, nothing],
  [0x02, 0x04, blockType],
  [0x05, 0x05, nothing],
  [0x06, 0x06, blockType],
  [0x07, 0x09, number],
  [0x0a, 0x0b, nothing],
  [0x0c, 0x0d, number],
  [0x0e, 0x0e, branchTable],
  [0x0f, 0x0f, nothing],
  [0x10, 0x10, number],
  [0x11, 0x11, numbers(2)],
  [0x12, 0x12, number],
  [0x13, 0x13, numbers(2)],
  [0x14, 0x15, number],
  [0x18, 0x18, number],
  [0x19, 0x1b, nothing],
  [0x1c, 0x1c, listOf(skipValueType)],
  [0x1f, 0x1f, tryTable],
  [0x20, 0x26, number],
  [0x28, 0x3e, memoryArgument],
  [0x3f, 0x42, number],
  [0x43, 0x43, bytes(4)],
  [0x44, 0x44, bytes(8)],
  [0x45, 0xc4, nothing],
  [0xd0, 0xd0, number],
  [0xd1, 0xd1, nothing],
  [0xd2, 0xd2, number],
  [0xd3, 0xd4, nothing],
  [0xd5, 0xd6, number],
])

const MISCELLANEOUS = tabulate([
  [0, 7, nothing],
  [8, 8, numbers(2)],
  [9, 9, number],
  [10, 10, numbers(2)],
  [11, 11, number],
  [12, 12, numbers(2)],
  [13, 13, number],
  [14, 14, numbers(2)],
  [15, 17, number],
])

const VECTORS = tabulate([
  [0, 11, memoryArgument],
  [12, 13, bytes(16)],
  [14, 20, nothing],
  [21, 34, bytes(1)],
  [35, 83, nothing],
  [84, 91, memoryArgumentAndLane],
  [92, 93, memoryArgument],
  [94, 275, nothing],
])

function tabulate(ranges: readonly (readonly [from: number, to: number, skip: Skip])[]): readonly (Skip | undefined)[] {
  const table: (Skip | undefined)[] = []
  for (const [from, to, skip] of ranges) for (let opcode = from; opcode <= to; opcode++) table[opcode] = skip
  return table
}

function skipImmediates(reader: ByteReader, opcode: number): void {
  const skip = findSkip(opcode)
  // the two that most instructions have: calls whose target is known are much shorter
  if (skip === nothing) return
  if (skip === number) {
    reader.skipNumber()
    return
  }
  if (skip === undefined) throw new UnusableModule(`has an instruction that is not known: 0x${opcode.toString(16)}`)
  skip(reader)
}

function findSkip(opcode: number): Skip | undefined {
  if (opcode < PREFIXED) return PLAIN[opcode]
  const prefix = Math.floor(opcode / PREFIXED)
  const table = prefix === 0xfc ? MISCELLANEOUS : VECTORS
  return table[opcode % PREFIXED]
}
