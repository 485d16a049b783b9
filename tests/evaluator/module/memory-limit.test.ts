import t from 'tap'
import { limitMemory } from '../../../evaluator/module/memory-limit.ts'
import { readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { MIB } from '../../helpers/evaluations.ts'
import { compileWat } from '../../helpers/wat.ts'

const GROW = '(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))'

function limit(text: string, capBytes = 2 * MIB) {
  const { sections, limitBytes } = limitMemory(readSections(compileWat('limit.wat', text)), capBytes)
  return { module: new WebAssembly.Module(writeSections(sections)), limitBytes }
}

/** How many pages a memory of one page can be given, as the guest finds out. */
function growablePages(module: WebAssembly.Module, imports: WebAssembly.Imports = {}): number {
  const grow = new WebAssembly.Instance(module, imports).exports['grow'] as (pages: number) => number
  let pages = 1
  while (grow(1) !== -1) pages += 1
  return pages
}

t.test('a memory without a maximum grows to the cap', async (t) => {
  const { module, limitBytes } = limit(`(module (memory 1) ${GROW})`)
  t.equal(growablePages(module), 32)
  t.equal(limitBytes, 2 * MIB)
})

t.test('a maximum above the cap is lowered to it, one below stays', async (t) => {
  t.equal(growablePages(limit(`(module (memory 1 65536) ${GROW})`).module), 32)
  const lower = limit(`(module (memory 1 7) ${GROW})`)
  t.equal(growablePages(lower.module), 7)
  t.equal(lower.limitBytes, 7 * 65_536)
})

t.test('a cap that is no whole number of pages is rounded down', async (t) => {
  t.equal(growablePages(limit(`(module (memory 1) ${GROW})`, 2 * MIB - 1).module), 31)
})

t.test('an imported memory is limited where it is declared, between imports of every kind', async (t) => {
  const { module, limitBytes } = limit(`(module
    (import "env" "f" (func (param i32)))
    (import "env" "t" (table 1 2 funcref))
    (import "env" "g" (global (mut i64)))
    (import "env" "e" (tag (param i32)))
    (import "env" "memory" (memory 1))
    (import "env" "h" (func))
    ${GROW})`)
  const imports = WebAssembly.Module.imports(module).map(({ name, kind }) => `${kind} ${name}`)
  t.strictSame(imports, ['function f', 'table t', 'global g', 'tag e', 'memory memory', 'function h'])
  t.equal(limitBytes, 2 * MIB)
})

t.test('an imported memory may not be larger than the cap', async (t) => {
  const { module } = limit(`(module (import "env" "memory" (memory 1)) ${GROW})`)
  const give = (maximum: number) => ({ env: { memory: new WebAssembly.Memory({ initial: 1, maximum }) } })
  t.throws(() => new WebAssembly.Instance(module, give(33)), WebAssembly.LinkError)
  t.equal(growablePages(module, give(32)), 32)
})

t.test('a module that starts with more than the cap is refused', async (t) => {
  t.throws(() => limit('(module (memory 33))'), {
    name: 'UnusableModule',
    message: 'needs 2.1 MiB of memory to start, but 2 MiB are allowed',
    hint: 'raise the memory limit',
  })
})

t.test('memories that cannot be limited this way are refused by name', async (t) => {
  const refused: Record<string, string> = {
    '(module (memory i64 1))': 'has a 64-bit memory, which is not supported',
    '(module (memory 1 2 shared))': 'has a shared memory, which is not supported',
    '(module (import "env" "memory" (memory i64 1)))': 'has a 64-bit memory, which is not supported',
  }
  for (const [text, message] of Object.entries(refused))
    t.throws(() => limit(text), { name: 'UnusableModule', message })
  const two = [{ id: 5, contents: Uint8Array.from([2, 0, 1, 0, 1]) }]
  t.throws(() => limitMemory(two, 2 * MIB), { message: 'has 2 memories, where one is supported' })
  const unknown = [{ id: 5, contents: Uint8Array.from([1, 8, 1]) }]
  t.throws(() => limitMemory(unknown, 2 * MIB), { message: 'has a memory of a kind that is not known (flags 8)' })
})

t.test('a module without a memory has none to limit', async (t) => {
  t.equal(limit('(module)').limitBytes, 0)
})
