import fc from 'fast-check'
import t from 'tap'
import { BlockMarks } from '../../../evaluator/instances/block-marks.ts'
import { MemoryImage } from '../../../evaluator/instances/memory-image.ts'
import { makeRestorable } from '../../../evaluator/module/restorable.ts'
import { readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { compileWat } from '../../helpers/wat.ts'

type Call = (a: number, b: number) => number

const MODULE = (
  code: string,
) => `(module (memory (export "memory") 4 4) (data (i32.const 9000) "here from the beginning")
  (func $other (param i32) (result i32) (i32.store offset=520 (local.get 0) (i32.const 99)) (local.get 0))
  (func (export "f") (param $a i32) (param $b i32) (result i32) (local $c i32) (local $turns i32)
    ${code} (i32.add (local.get $a) (i32.add (local.get $b) (local.get $c)))))`

async function prepare(code: string) {
  const bytes = compileWat('module.wat', MODULE(code))
  const restorable = await makeRestorable(readSections(bytes))
  if (restorable === undefined) throw new Error('cannot be restored')
  const rewritten = writeSections(restorable.sections)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(rewritten))
  const memory = instance.exports['memory'] as WebAssembly.Memory
  const marks = new BlockMarks(instance.exports[restorable.state.marks] as WebAssembly.Memory)
  const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  return { rewritten, memory, instance, plain, image: new MemoryImage(memory, marks) }
}

function outcomeOf({ exports }: WebAssembly.Instance, a: number, b: number): number | string {
  try {
    return (exports['f'] as Call)(a, b)
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return 'trapped'
    throw error
  }
}

const local = fc.constantFrom('$a', '$b', '$c')
const offset = fc.constantFrom(0, 4, 500, 510, 512, 1020, 4090, 4096, 4600)
const value = fc.oneof(
  local.map((name) => `(local.get ${name})`),
  fc.integer({ min: 1, max: 9000 }).map((number) => `(i32.const ${number})`),
  fc
    .tuple(local, fc.integer({ min: -600, max: 600 }))
    .map(([name, by]) => `(i32.add (local.get ${name}) (i32.const ${by}))`),
  local.map((name) => `(call $other (local.get ${name}))`),
)

const program = fc.letrec<{ statement: string; block: string }>((tie) => ({
  statement: fc.oneof(
    { depthSize: 'medium' },
    fc.tuple(offset, local, value).map(([by, name, what]) => `(i32.store offset=${by} (local.get ${name}) ${what})`),
    fc
      .tuple(offset, local, value)
      .map(([by, name, what]) => `(i64.store offset=${by} (local.tee ${name} ${what}) (i64.const -1))`),
    fc.tuple(offset, local, local, value).map(([by, name, set, what]) => {
      // the address is taken before its local is set
      return `(i32.store8 offset=${by} (local.get ${name}) (local.tee ${set} ${what}))`
    }),
    fc.tuple(local, value).map(([name, what]) => `(local.set ${name} ${what})`),
    fc
      .tuple(value, tie('block'), tie('block'))
      .map(([condition, yes, no]) => `(if (i32.and ${condition} (i32.const 1)) (then ${yes}) (else ${no}))`),
    fc
      .tuple(value, tie('block'))
      .map(([condition, code]) => `(block (br_if 0 (i32.and ${condition} (i32.const 2))) ${code})`),
    tie('block').map((code) => {
      return `(loop (local.set $turns (i32.add (local.get $turns) (i32.const 1))) ${code} (br_if 0 (i32.lt_u (local.get $turns) (i32.const 5))))`
    }),
  ),
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 5 }).map((all) => all.join(' ')),
}))

t.test(
  'whatever ways a program takes past its stores: all that it wrote is put back, and it computes as before',
  async (t) => {
    let written = 0
    await fc.assert(
      fc.asyncProperty(
        program.block,
        fc.array(fc.tuple(fc.nat(30_000), fc.nat(30_000)), { minLength: 3, maxLength: 3 }),
        async (code, inputs) => {
          const { memory, instance, plain, image } = await prepare(code)
          const pristine = Buffer.from(memory.buffer.slice(0))
          return inputs.every(([a, b]) => {
            const isSame = outcomeOf(instance, a, b) === outcomeOf(plain, a, b)
            if (Buffer.compare(Buffer.from(memory.buffer), pristine) !== 0) written += 1
            image.restore(memory)
            return isSame && Buffer.compare(Buffer.from(memory.buffer), pristine) === 0
          })
        },
      ),
      { numRuns: 1500 },
    )
    t.ok(written > 2000, `${written} times something was to put back`)
  },
)

t.test('members of one object are marked once for all, however many are written', async (t) => {
  const store = (by: number) => `(i32.store offset=${by} (local.get $a) (i32.const 1))`
  const sizeOf = async (code: string) =>
    (await prepare(code)).rewritten.length - compileWat('plain.wat', MODULE(code)).length
  const one = await sizeOf(store(0))
  t.equal(await sizeOf([0, 4, 8, 500].map(store).join(' ')), one)
  t.ok((await sizeOf([0, 4096].map(store).join(' '))) > one)
  t.ok((await sizeOf(`${store(0)} (local.set $a (local.get $b)) ${store(0)}`)) > one)
})

t.test('a loop that lets its pointer move on is marked for wherever it gets to', async (t) => {
  const { memory, instance, image } = await prepare(`(i32.store (local.get $a) (i32.const 1))
    (loop
      (i32.store (local.get $a) (i32.const 7))
      (local.set $a (i32.add (local.get $a) (i32.const 5000)))
      (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
      (br_if 0 (i32.lt_u (local.get $turns) (i32.const 10))))`)
  const pristine = Buffer.from(memory.buffer.slice(0))
  outcomeOf(instance, 100, 0)
  image.restore(memory)
  t.equal(Buffer.compare(Buffer.from(memory.buffer), pristine), 0)
})
