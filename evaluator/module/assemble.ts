import { concatBytes } from '../../util/bytes.ts'
import { encodeU32 } from './byte-reader.ts'

/** The opcodes that we write ourselves. https://webassembly.github.io/spec/core/appendix/index-instructions.html */
export const OP = {
  unreachable: 0x00,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Store8: 0x3a,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eq: 0x46,
  i32GtU: 0x4b,
  i64LtS: 0x53,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32ShrU: 0x76,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64ExtendI32U: 0xad,
} as const

export const I32 = 0x7f
export const I64 = 0x7e
export const MUTABLE = 0x01
/** The block type of an `if` that leaves nothing on the stack. */
export const NO_RESULT = 0x40

/** The function type `(i32) -> i32`. */
export const I32_TO_I32: Uint8Array = Uint8Array.of(0x60, 1, I32, 1, I32)

/** An instruction with one index. */
export function instruction(opcode: number, index: number): Uint8Array {
  return concatBytes([Uint8Array.of(opcode), encodeU32(index)])
}

export function i32Const(value: number): number[] {
  return [OP.i32Const, ...encodeSigned(BigInt(value))]
}

export function i64Const(value: number | bigint): number[] {
  return [OP.i64Const, ...encodeSigned(BigInt(value))]
}

/** A mutable global with its first value. */
export function mutableGlobal(type: typeof I32 | typeof I64, value: number[]): Uint8Array {
  return Uint8Array.from([type, MUTABLE, ...value, OP.end])
}

/** A function's body with its length before it. */
export function functionBody(locals: readonly number[], code: readonly number[]): Uint8Array {
  const body = Uint8Array.from([...locals, ...code, OP.end])
  return concatBytes([encodeU32(body.length), body])
}

// A signed LEB128 number: the last byte's second highest bit is the sign.
function encodeSigned(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    const isLast = rest >= -64n && rest < 64n
    bytes.push(Number(rest & 0x7fn) | (isLast ? 0 : 0x80))
    if (isLast) return bytes
  }
}
