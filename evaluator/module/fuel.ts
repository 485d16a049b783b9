import { I64, i32Const, i64Const, instruction, mutableGlobal, NO_RESULT, OP } from './assemble.ts'
import { CLOSES_BLOCK, type Instruction, LOOP, OPENS_BLOCK, PREFIXED, readIndex } from './instructions.ts'

/** More than anybody uses up: a guest that nobody gives less runs as long as its thread. */
export const UNLIMITED_FUEL: bigint = 2n ** 62n

/** What a page of memory costs that was not there before. */
export const GROWN_PAGE_COST: readonly number[] = i64Const(20_000)

/** What is copied, filled or read from a segment costs one unit for so many bytes, as a power of two. */
const BULK_SHIFT = 5

/** A place at which the guest pays for the instructions behind it, as far as they run once for each time that it passes. */
export interface Toll {
  readonly position: number
  instructions: number
  /** The functions that are called by their index. */
  readonly calls: number[]
  /** How many are called that the guest chooses as it runs. */
  chosenCalls: number
}

/**
 * Finds where a function has to pay so that nothing runs unpaid: at its beginning and at that of each loop, for all
 * instructions up to the end that lie in no inner loop, whichever way it takes through them.
 */
export class Tolls {
  readonly found: Toll[] = []
  readonly #code: Uint8Array
  readonly #outer: Toll[] = []
  #current: Toll

  /** @param position where the function's instructions begin in its code */
  constructor(code: Uint8Array, position: number) {
    this.#code = code
    this.#current = this.#add(position)
  }

  pass(instruction: Instruction): void {
    const { opcode, end } = instruction
    this.#current.instructions += 1
    if (CALLS.has(opcode)) this.#current.calls.push(readIndex(this.#code, instruction))
    else if (CALLS_CHOSEN.has(opcode)) this.#current.chosenCalls += 1
    if (OPENS_BLOCK.has(opcode)) {
      this.#outer.push(this.#current)
      if (opcode === LOOP) this.#current = this.#add(end)
    } else if (CLOSES_BLOCK.has(opcode)) {
      this.#current = this.#outer.pop() ?? this.#current
    }
  }

  #add(position: number): Toll {
    const toll = { position, instructions: 0, calls: [], chosenCalls: 0 }
    this.found.push(toll)
    return toll
  }
}

// Each of them, and its form as a function's last act.
const CALLS: ReadonlySet<number> = new Set([0x10, 0x12])
/** Through a table, or through a reference. */
const CALLS_CHOSEN: ReadonlySet<number> = new Set([0x11, 0x13, 0x14, 0x15])

/** Whether an instruction takes as long as the number on top of the stack says. */
export function isBulk(opcode: number): boolean {
  return BULK.has(opcode)
}

const BULK: ReadonlySet<number> = new Set([
  0xfc * PREFIXED + 8, // memory.init
  0xfc * PREFIXED + 10, // memory.copy
  0xfc * PREFIXED + 11, // memory.fill
])

export function encodeFuelGlobal(): Uint8Array {
  return mutableGlobal(I64, i64Const(UNLIMITED_FUEL))
}

/** Takes so many units, and traps when none are left. */
export function encodeToll(amount: number, fuelGlobal: number): Uint8Array {
  return Uint8Array.from(takeFuel(fuelGlobal, i64Const(amount)))
}

/** Takes fuel for a number of bytes. @param bytes code that leaves an i32 on the stack */
export function takeBulkFuel(fuelGlobal: number, bytes: readonly number[]): number[] {
  return takeFuel(fuelGlobal, [...bytes, ...i32Const(BULK_SHIFT), OP.i32ShrU, OP.i64ExtendI32U])
}

/** @param amount code that leaves an i64 on the stack */
export function takeFuel(fuelGlobal: number, amount: readonly number[]): number[] {
  const [get, set] = [instruction(OP.globalGet, fuelGlobal), instruction(OP.globalSet, fuelGlobal)]
  const take = [...get, ...amount, OP.i64Sub, ...set]
  return [...take, ...get, ...i64Const(0), OP.i64LtS, OP.if, NO_RESULT, OP.unreachable, OP.end]
}
