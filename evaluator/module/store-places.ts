import { type Instruction, LOOP, PREFIXED, readIndex } from './instructions.ts'
import { readOffset, type StorePlace, storedTypeOf, WINDOW_SHIFT } from './store-marks.ts'

const COMPUTED: StorePlace = { kind: 'computed' }
const MARKED: StorePlace = { kind: 'marked' }

/** A window that has been marked, and how often its local had been set by then: if it is set again, it points elsewhere. */
interface MarkedWindow {
  readonly local: number
  readonly offset: number
  readonly sets: number
}

/** On the stack: a value of which nothing is known; any other number is the local that it was read from, which holds it still. */
const UNKNOWN = -1

/**
 * Finds for each store of a function whether its block has been marked already: most write to the members of an object that one
 * local points to, one after the other, or to the function's own part of the stack. Follows the operands within straight code, and
 * forgets at each place to which others jump what is not true on all ways that lead there.
 */
export class StorePlaces {
  /** By where the store begins. */
  readonly found = new Map<number, StorePlace>()
  readonly #code: Uint8Array
  /** Of each local, how often the whole function sets it. */
  readonly #allSets: readonly number[]
  readonly #sets: number[] = []
  #operands: number[] = []
  #windows: MarkedWindow[] = []
  /** Of each block around us, how many windows were marked when it began. */
  readonly #outer: number[] = []

  constructor(code: Uint8Array, allSets: readonly number[]) {
    this.#code = code
    this.#allSets = allSets
  }

  pass(instruction: Instruction): void {
    const { opcode } = instruction
    if (storedTypeOf(opcode) !== undefined) this.#store(instruction)
    else if (opcode === LOCAL_GET) this.#operands.push(readIndex(this.#code, instruction))
    else if (opcode === LOCAL_SET || opcode === LOCAL_TEE) this.#set(instruction)
    else if (CONTROL.has(opcode)) this.#control(opcode)
    else this.#apply(EFFECTS[opcode])
  }

  #store(instruction: Instruction): void {
    this.#operands.pop()
    const local = this.#operands.pop() ?? UNKNOWN
    this.found.set(instruction.start, local === UNKNOWN ? COMPUTED : this.#placeOf(local, instruction))
    // of vectors, the lanes and their addresses are not followed
    if (instruction.opcode >= PREFIXED) this.#operands = []
  }

  #placeOf(local: number, instruction: Instruction): StorePlace {
    const offset = readOffset(this.#code, instruction)
    const windowOffset = offset - (offset % 2 ** WINDOW_SHIFT)
    const sets = this.#setsOf(local)
    const isMarked = this.#windows.some(
      (window) => window.local === local && window.offset === windowOffset && window.sets === sets,
    )
    if (isMarked) return MARKED
    this.#windows.push({ local, offset: windowOffset, sets })
    return { kind: 'local', local, windowOffset }
  }

  #set(instruction: Instruction): void {
    const local = readIndex(this.#code, instruction)
    this.#operands.pop()
    if (this.#operands.includes(local)) this.#forget(local)
    this.#sets[local] = this.#setsOf(local) + 1
    if (instruction.opcode === LOCAL_TEE) this.#operands.push(local)
  }

  #forget(local: number): void {
    this.#operands = this.#operands.map((operand) => (operand === local ? UNKNOWN : operand))
  }

  #control(opcode: number): void {
    this.#operands = []
    if (OPENS.has(opcode)) {
      // what the loop may set before it turns
      if (opcode === LOOP) this.#windows = this.#windows.map((window) => (this.#isSetLater(window) ? STALE : window))
      this.#outer.push(this.#windows.length)
    } else {
      // what was marked within holds on this way only
      this.#windows.length = this.#outer.pop() ?? 0
      if (CONTINUES.has(opcode)) this.#outer.push(this.#windows.length)
    }
  }

  #isSetLater({ local }: MarkedWindow): boolean {
    return this.#setsOf(local) !== (this.#allSets[local] ?? 0)
  }

  #setsOf(local: number): number {
    return this.#sets[local] ?? 0
  }

  #apply(effect: Effect | undefined): void {
    if (effect === undefined) {
      this.#operands = []
      return
    }
    const [pops, pushes] = effect
    this.#operands.length = Math.max(0, this.#operands.length - pops)
    if (pushes > 0) this.#operands.push(UNKNOWN)
  }
}

const STALE: MarkedWindow = { local: UNKNOWN, offset: 0, sets: 0 }

const LOCAL_GET = 0x20
const LOCAL_SET = 0x21
const LOCAL_TEE = 0x22

/** Whether it gives a local another value. */
export const setsLocal = (opcode: number): boolean => opcode === LOCAL_SET || opcode === LOCAL_TEE

const OPENS: ReadonlySet<number> = new Set([0x02, LOOP, 0x04, 0x06, 0x1f])
/** `else`, `catch`, `catch_all`: another way through the same block. */
const CONTINUES: ReadonlySet<number> = new Set([0x05, 0x07, 0x19])
const CONTROL: ReadonlySet<number> = new Set([...OPENS, ...CONTINUES, 0x0b, 0x18])

type Effect = readonly [pops: number, pushes: 0 | 1]

// What plain instructions take from the stack and leave there. After one that is not listed, nothing is known of it.
const EFFECTS = tabulate([
  [0x01, 0x01, [0, 0]],
  [0x0d, 0x0d, [1, 0]],
  [0x1a, 0x1a, [1, 0]],
  [0x1b, 0x1c, [3, 1]],
  [0x23, 0x23, [0, 1]],
  [0x24, 0x24, [1, 0]],
  [0x28, 0x35, [1, 1]],
  [0x3f, 0x3f, [0, 1]],
  [0x40, 0x40, [1, 1]],
  [0x41, 0x44, [0, 1]],
  [0x45, 0x45, [1, 1]],
  [0x46, 0x4f, [2, 1]],
  [0x50, 0x50, [1, 1]],
  [0x51, 0x66, [2, 1]],
  [0x67, 0x69, [1, 1]],
  [0x6a, 0x78, [2, 1]],
  [0x79, 0x7b, [1, 1]],
  [0x7c, 0x8a, [2, 1]],
  [0x8b, 0x91, [1, 1]],
  [0x92, 0x98, [2, 1]],
  [0x99, 0x9f, [1, 1]],
  [0xa0, 0xa6, [2, 1]],
  [0xa7, 0xc4, [1, 1]],
])

function tabulate(
  ranges: readonly (readonly [from: number, to: number, effect: Effect])[],
): readonly (Effect | undefined)[] {
  const table: (Effect | undefined)[] = []
  for (const [from, to, effect] of ranges) for (let opcode = from; opcode <= to; opcode++) table[opcode] = effect
  return table
}
