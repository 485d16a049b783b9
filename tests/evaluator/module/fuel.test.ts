import fc from 'fast-check'
import t from 'tap'
import { UNLIMITED_FUEL } from '../../../evaluator/module/fuel.ts'
import { makeRestorable } from '../../../evaluator/module/restorable.ts'
import { readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { compileWat } from '../../helpers/wat.ts'

type Exports = Record<string, (...args: number[]) => number>

async function instantiate(fields: string) {
  const text = `(module (memory (export "memory") 2 8) ${fields})`
  const restorable = await makeRestorable(readSections(compileWat('module.wat', text)))
  if (restorable === undefined) throw new Error('cannot be restored')
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(writeSections(restorable.sections)))
  const fuel = exports[restorable.state.fuel] as WebAssembly.Global
  return { exports: exports as Exports, fuel, state: restorable.state }
}

/** What a call takes, of as much as anybody could want. */
function costOf(fuel: WebAssembly.Global, call: () => unknown): bigint {
  fuel.value = UNLIMITED_FUEL
  call()
  return UNLIMITED_FUEL - (fuel.value as bigint)
}

const COUNT = `(func (export "count") (param i32) (result i32) (local i32)
  (loop $again
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (br_if $again (i32.lt_u (local.get 1) (local.get 0))))
  (local.get 1))`

t.test('without a limit a guest runs as it always did', async (t) => {
  const { exports, fuel } = await instantiate(COUNT)
  t.equal(fuel.value, UNLIMITED_FUEL)
  t.equal(exports['count']?.(100_000), 100_000)
})

t.test('each turn of a loop is paid for', async (t) => {
  const { exports, fuel } = await instantiate(COUNT)
  const [few, many] = [10, 1010].map((times) => costOf(fuel, () => exports['count']?.(times))) as [bigint, bigint]
  t.equal((many - few) % 1000n, 0n)
  t.ok((many - few) / 1000n >= 7n, `${(many - few) / 1000n} a turn`)
})

const ENDLESS: Record<string, string> = {
  'loops for ever': '(func (export "f") (loop (br 0)))',
  'loops within a loop': '(func (export "f") (loop (loop (br 1))))',
  'loops by a branch out of blocks': '(func (export "f") (loop (block (block (br 2)))))',
  'calls itself as its last act': '(func $f (export "f") (return_call $f))',
  'calls others in turn': '(func $f (export "f") (return_call $g)) (func $g (return_call $f))',
  'loops where a trap would be caught': '(tag $e) (func (export "f") (loop (try (do (br 1)) (catch_all (br 1)))))',
}

t.test('a guest traps when its fuel is used up, if it', async (t) => {
  for (const [what, text] of Object.entries(ENDLESS)) {
    const { exports, fuel } = await instantiate(text)
    fuel.value = 100_000n
    t.throws(() => exports['f']?.(), WebAssembly.RuntimeError, what)
    t.ok((fuel.value as bigint) < 0n, what)
  }
})

t.test('what fills, copies or reads memory costs as much as it is long', async (t) => {
  const { exports, fuel } = await instantiate(`(data $d "${'x'.repeat(3200)}")
    (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 7) (local.get 0)))
    (func (export "copy") (param i32) (memory.copy (i32.const 0) (i32.const 1) (local.get 0)))
    (func (export "init") (param i32) (memory.init $d (i32.const 0) (i32.const 0) (local.get 0)))`)
  for (const name of ['fill', 'copy', 'init']) {
    const [none, some] = [0, 3200].map((length) => costOf(fuel, () => exports[name]?.(length))) as [bigint, bigint]
    t.equal(some - none, 100n, name)
  }
  fuel.value = 50n
  t.throws(() => exports['fill']?.(65_536), WebAssembly.RuntimeError)
})

t.test('pages that have to be made cost much, those that are there nothing', async (t) => {
  const { exports, fuel, state } = await instantiate(
    '(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))',
  )
  const first = costOf(fuel, () => t.equal(exports['grow']?.(2), 2))
  ;(exports[state.pages] as unknown as WebAssembly.Global).value = 2
  const again = costOf(fuel, () => t.equal(exports['grow']?.(2), 2))
  t.equal(first - again, 40_000n)
})

t.test('what a module does when it is instantiated waits for the host, who may have set a limit by then', async (t) => {
  const { exports, fuel, state } = await instantiate(
    '(start $s) (func $s (loop (br 0))) (func (export "f") (result i32) (i32.const 1))',
  )
  t.equal(exports['f']?.(), 1)
  fuel.value = 10_000n
  t.throws(() => exports[state.start ?? '']?.(), WebAssembly.RuntimeError)
})

t.test('whatever a program computes, paying for it changes nothing', async () => {
  const body = fc.letrec<{ statement: string; expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ min: -1000, max: 1000 }).map((value) => `(i32.const ${value})`),
      fc.constantFrom('(local.get 0)', '(local.get 1)', '(memory.size)'),
      fc
        .tuple(fc.constantFrom('add', 'sub', 'mul', 'xor', 'lt_s'), tie('expression'), tie('expression'))
        .map(([op, one, other]) => `(i32.${op} ${one} ${other})`),
    ),
    statement: fc.oneof(
      { depthSize: 'small' },
      fc.tuple(fc.constantFrom(0, 1), tie('expression')).map(([local, value]) => `(local.set ${local} ${value})`),
      tie('expression').map((value) => `(i32.store (i32.const 64) ${value})`),
      fc.tuple(tie('expression'), tie('statement'), tie('statement')).map(([condition, yes, no]) => {
        return `(if ${condition} (then ${yes}) (else ${no}))`
      }),
      fc.tuple(tie('statement'), tie('statement')).map(([one, other]) => `${one} ${other}`),
      tie('statement').map((inner) => `(block (loop ${inner}))`),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(body.statement, fc.integer(), async (statement, input) => {
      const fields = `(func (export "f") (param i32) (result i32) (local i32) ${statement}
        (i32.add (local.get 1) (i32.add (local.get 0) (i32.load (i32.const 64)))))`
      const text = `(module (memory (export "memory") 2 8) ${fields})`
      const plain = new WebAssembly.Instance(new WebAssembly.Module(compileWat('plain.wat', text))).exports as Exports
      const { exports } = await instantiate(fields)
      return plain['f']?.(input) === exports['f']?.(input)
    }),
    { numRuns: 200 },
  )
})
