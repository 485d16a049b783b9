import t from 'tap'
import { limitHeap } from '../../../evaluator/module/heap-limit.ts'
import { readSections, TYPE_SECTION, writeSections } from '../../../evaluator/module/sections.ts'
import { compileWat } from '../../helpers/wat.ts'

const limit = (text: string) => writeSections(limitHeap(readSections(compileWat('limit.wat', text))))

t.test('a table without a maximum can still be grown, but not to where V8 would end the process', async (t) => {
  const module = new WebAssembly.Module(
    limit(`(module (table $t 1 externref)
      (func (export "grow") (param i32) (result i32) (table.grow $t (ref.null extern) (local.get 0))))`),
  )
  const grow = new WebAssembly.Instance(module).exports['grow'] as (entries: number) => number
  t.equal(grow(99_999), 1)
  t.equal(grow(1), -1)
})

t.test('a function table is left as it works', async (t) => {
  const module = new WebAssembly.Module(
    limit(`(module (table 2 2 funcref) (type $f (func (result i32)))
      (func $a (result i32) (i32.const 7)) (elem (i32.const 1) $a)
      (func (export "call") (result i32) (call_indirect (type $f) (i32.const 1))))`),
  )
  t.equal((new WebAssembly.Instance(module).exports['call'] as () => number)(), 7)
})

t.test('tables beyond what compilers emit are refused', async (t) => {
  const refused: Record<string, string> = {
    '(module (table 10000000 funcref))': 'has a table of 10000000 entries, where 100000 are supported',
    [`(module ${'(table 1 funcref)'.repeat(9)})`]: 'has 9 tables, where 8 are supported',
  }
  for (const [text, message] of Object.entries(refused))
    t.throws(() => limit(text), { name: 'UnusableModule', message })
})

t.test('a table with an initialiser is refused, because its limits stand behind it', async (t) => {
  const section = { id: 4, contents: Uint8Array.from([1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b]) }
  t.throws(() => limitHeap([section]), { message: 'has a table with an initialiser, which is not supported' })
})

t.test('garbage-collected types are refused in every form', async (t) => {
  // rec group, final subtype, subtype, struct, array
  for (const form of [0x4e, 0x4f, 0x50, 0x5f, 0x5e]) {
    const section = { id: TYPE_SECTION, contents: Uint8Array.from([2, 0x60, 1, 0x7f, 0, form, 0]) }
    t.throws(() => limitHeap([section]), {
      message: 'uses garbage collection (WasmGC), whose memory cannot be limited',
    })
  }
})

t.test('functions over typed references, which Go emits, are no garbage collection', async (t) => {
  // (func (param (ref null 300)) (result (ref 300) i32)) (func)
  const bytes = [2, 0x60, 1, 0x63, 0xac, 2, 2, 0x64, 0xac, 2, 0x7f, 0x60, 0, 0]
  const section = { id: TYPE_SECTION, contents: Uint8Array.from(bytes) }
  t.strictSame(limitHeap([section]), [section])
})
