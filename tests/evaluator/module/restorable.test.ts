import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { limitMemory } from '../../../evaluator/module/memory-limit.ts'
import { makeRestorable } from '../../../evaluator/module/restorable.ts'
import { readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { compileWat } from '../../helpers/wat.ts'

const LIMIT_PAGES = 10

function restorableOf(text: string) {
  const { sections } = limitMemory(readSections(compileWat('module.wat', text)), LIMIT_PAGES * 65_536)
  return makeRestorable(sections)
}

type Exports = Record<string, (...args: number[]) => number> & { memory: WebAssembly.Memory }

async function instantiate(text: string) {
  const restorable = await restorableOf(text)
  if (restorable === undefined) throw new Error('cannot be restored')
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(writeSections(restorable.sections)))
  const pages = exports[restorable.state.pages] as WebAssembly.Global
  return { exports: exports as Exports, state: restorable.state, pages }
}

const MEMORY = `(module (memory (export "memory") 2)
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (nop) (memory.grow (local.get 0)) (nop))
  (func (export "grow-twice") (result i32) (drop (memory.grow (i32.const 1))) (memory.grow (memory.size))))`

t.test('to the guest its memory grows as any other, up to its limit', async (t) => {
  const { exports } = await instantiate(MEMORY)
  t.equal(exports['size']?.(), 2)
  t.equal(exports['grow']?.(3), 2)
  t.equal(exports['size']?.(), 5)
  t.equal(exports.memory.buffer.byteLength, 5 * 65_536)
  t.equal(exports['grow']?.(0), 5)
  t.equal(exports['grow']?.(LIMIT_PAGES - 4), -1)
  t.equal(exports['grow']?.(-1), -1)
  t.equal(exports['grow']?.(65_536), -1)
  t.equal(exports['size']?.(), 5)
  t.equal(exports['grow']?.(LIMIT_PAGES - 5), 5)
})

t.test('pages that are there already are given again, and more only where they do not do', async (t) => {
  const { exports, pages } = await instantiate(MEMORY)
  exports['grow']?.(4)
  pages.value = 2
  t.equal(exports['size']?.(), 2)
  t.equal(exports['grow']?.(3), 2)
  t.equal(exports.memory.buffer.byteLength, 6 * 65_536)
  t.equal(exports['grow']?.(2), 5)
  t.equal(exports.memory.buffer.byteLength, 7 * 65_536)
  pages.value = 2
  t.equal(exports['grow-twice']?.(), 3)
  t.equal(pages.value, 6)
})

t.test('mutable globals are exported, constant ones are not', async (t) => {
  const text = `(module (memory (export "memory") 1) (global i32 (i32.const 1)) (global (mut i64) (i64.const 5))
    (func (export "f")))`
  const { state, exports } = await instantiate(text)
  t.strictSame(state.globals, ['gatehouse.global.1', 'gatehouse.global.2'])
  t.equal((exports[state.globals[0] ?? ''] as unknown as WebAssembly.Global).value, 5n)
})

t.test('a guest without globals, or whose memory does not grow, can be restored too', async (t) => {
  t.strictSame((await instantiate('(module (memory (export "memory") 1) (func (export "f")))')).state.globals, [
    'gatehouse.global.0',
  ])
})

const inModule = (fields: string, code = '') => `(module (memory (export "memory") 1) ${fields}
  (func $f (export "f") ${code}))`
const TABLE = '(table 1 funcref) (elem $e func $f)'

const REFUSED: Record<string, string> = {
  'writes a table': inModule(TABLE, '(table.set 0 (i32.const 0) (ref.func $f))'),
  'grows a table': inModule(TABLE, '(drop (table.grow 0 (ref.null func) (i32.const 1)))'),
  'fills a table': inModule(TABLE, '(table.fill 0 (i32.const 0) (ref.null func) (i32.const 1))'),
  'copies within a table': inModule(TABLE, '(table.copy (i32.const 0) (i32.const 0) (i32.const 1))'),
  'copies from an element segment': inModule(TABLE, '(table.init $e (i32.const 0) (i32.const 0) (i32.const 1))'),
  'drops an element segment': inModule(TABLE, '(elem.drop $e)'),
  'drops a data segment': inModule('(data $d "abc")', '(data.drop $d)'),
  'keeps a float in a global': inModule('(global (mut f64) (f64.const 0))'),
  'keeps a reference in a global': inModule('(global (mut funcref) (ref.null func))'),
  'has no memory': '(module (func (export "f")))',
  'exports a name that we would give': inModule('(global (export "gatehouse.global.0") i32 (i32.const 0))'),
}

t.test('a guest is left alone that', async (t) => {
  for (const [what, text] of Object.entries(REFUSED)) t.equal(await restorableOf(text), undefined, what)
})

t.test('data that is copied from a segment, time and again, keeps nobody from being restored', async (t) => {
  t.ok(await restorableOf(inModule('(data $d "abc")', '(memory.init $d (i32.const 0) (i32.const 0) (i32.const 3))')))
})

t.test('others have their turn while megabytes of code are walked over', async (t) => {
  const module = readFileSync(join(packageRoot(), 'policies/ingress-tls/policy.wasm'))
  let turns = 0
  let isDone = false
  const takeTurn = (): void => {
    turns += 1
    if (!isDone) setImmediate(takeTurn)
  }
  setImmediate(takeTurn)
  t.ok(await makeRestorable(readSections(module)))
  isDone = true
  t.ok(turns > 5, `${turns} turns`)
})
