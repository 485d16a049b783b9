import fc from 'fast-check'
import t from 'tap'
import { BlockMarks } from '../../../evaluator/instances/block-marks.ts'
import { MemoryImage } from '../../../evaluator/instances/memory-image.ts'
import { makeRestorable } from '../../../evaluator/module/restorable.ts'
import { readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { compileWat } from '../../helpers/wat.ts'

const MEMORY_BYTES = 3 * 65_536

// Of each store what it writes, and how far: functions of an address and a number. With locals of their own, so that ours must not be theirs.
const VALUES = {
  i32: '(i32.wrap_i64 (local.get $n))',
  i64: '(local.get $n)',
  f32: '(f32.convert_i64_u (local.get $n))',
  f64: '(f64.convert_i64_u (local.get $n))',
  v128: '(i64x2.splat (local.get $n))',
}
const STORES: readonly (readonly [keyof typeof VALUES, string])[] = [
  ['i32', 'i32.store'],
  ['i32', 'i32.store8'],
  ['i32', 'i32.store16'],
  ['i64', 'i64.store'],
  ['i64', 'i64.store8'],
  ['i64', 'i64.store16'],
  ['i64', 'i64.store32'],
  ['f32', 'f32.store'],
  ['f64', 'f64.store'],
  ['v128', 'v128.store'],
]
const LANES = [
  ['v128.store8_lane', 15],
  ['v128.store16_lane', 7],
  ['v128.store32_lane', 3],
  ['v128.store64_lane', 1],
] as const
const OFFSETS = [0, 8, 4090, 4097]

const storing = STORES.flatMap(([type, name]) =>
  OFFSETS.map((offset) => `(${name} offset=${offset} (local.get $at) ${VALUES[type]})`),
)
const lanes = LANES.map(([name, lane]) => `(${name} offset=5 ${lane} (local.get $at) (i64x2.splat (i64.const -1)))`)
const bulk = [
  '(memory.fill (local.get $at) (i32.const 7) (i32.wrap_i64 (local.get $n)))',
  '(memory.copy (local.get $at) (i32.const 16) (i32.wrap_i64 (local.get $n)))',
  '(memory.init $data (local.get $at) (i32.const 0) (i32.const 5))',
  // several in one function, of several types, and some of them within blocks
  `(if (i32.and (local.get $at) (i32.const 1)) (then (i64.store (local.get $at) (local.get $n)))
     (else (loop (f64.store (local.get $at) (f64.const 2.5)) (i32.store8 offset=9000 (local.get $at) (i32.const 1)))))`,
]
const codes = [...storing, ...lanes, ...bulk]

/** Gives its locals back, so that a mark that takes one of them shows. */
const toFunction = (code: string, index: number) =>
  `(func (export "f${index}") (param $at i32) (param $n i64) (result i64) (local $own i64) (local f32)
    (local.set $own (i64.const 77)) ${code}
    (i64.add (local.get $own) (i64.add (local.get $n) (i64.extend_i32_u (local.get $at)))))`

const MODULE = `(module (memory (export "memory") 3 3) (data (i32.const 10) "here from the beginning")
  (data $data "from a segment") ${codes.map(toFunction).join('\n')})`

async function instantiate() {
  const restorable = await makeRestorable(readSections(compileWat('module.wat', MODULE)))
  if (restorable === undefined) throw new Error('cannot be restored')
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(writeSections(restorable.sections)))
  const memory = exports['memory'] as WebAssembly.Memory
  const marks = new BlockMarks(exports[restorable.state.marks] as WebAssembly.Memory)
  const call = (index: number, at: number, n: bigint) =>
    (exports[`f${index}`] as (at: number, n: bigint) => bigint)(at, n)
  return { memory, call, image: new MemoryImage(memory, marks) }
}

t.test('whatever a guest writes with, and wherever: its memory is put back, and it computes as before', async (t) => {
  const { memory, call, image } = await instantiate()
  const pristine = Buffer.from(memory.buffer.slice(0))
  // most of them around the edges of blocks
  const edge = fc
    .tuple(fc.nat(MEMORY_BYTES / 4096), fc.integer({ min: -17, max: 17 }))
    .map(([block, by]) => block * 4096 + by)
  const address = fc.oneof(edge, fc.nat(MEMORY_BYTES)).map((at) => Math.max(0, at))
  const store = fc.tuple(fc.nat(codes.length - 1), address, fc.bigInt({ min: 0n, max: 10_000n }))
  fc.assert(
    fc.property(fc.array(store, { minLength: 1, maxLength: 12 }), (stores) => {
      const results = stores.map(([index, at, n]) => {
        try {
          return call(index, at, n) === 77n + n + BigInt(at)
        } catch (error) {
          // beyond the end
          return error instanceof WebAssembly.RuntimeError && at + Number(n) + 9008 > MEMORY_BYTES
        }
      })
      image.restore(memory)
      return results.every(Boolean) && Buffer.compare(Buffer.from(memory.buffer), pristine) === 0
    }),
    { numRuns: 3000 },
  )
  t.pass(`${codes.length} ways to write`)
})

t.test('each of them writes, so that there is something to put back', async (t) => {
  for (const [index, code] of codes.entries()) {
    const { memory, call } = await instantiate()
    const before = Buffer.from(memory.buffer.slice(0))
    call(index, 70_000, 1000n)
    t.not(Buffer.compare(Buffer.from(memory.buffer), before), 0, code)
  }
})
