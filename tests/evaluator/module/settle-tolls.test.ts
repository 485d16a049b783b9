import t from 'tap'
import { UNLIMITED_FUEL } from '../../../evaluator/module/fuel.ts'
import { makeRestorable } from '../../../evaluator/module/restorable.ts'
import { readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { compileWat } from '../../helpers/wat.ts'

/** What a call of `f` takes. */
async function costOf(fields: string): Promise<number> {
  const restorable = await makeRestorable(
    readSections(compileWat('m.wat', `(module (memory (export "memory") 1) ${fields})`)),
  )
  if (restorable === undefined) throw new Error('cannot be restored')
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(writeSections(restorable.sections)))
  const fuel = exports[restorable.state.fuel] as WebAssembly.Global
  ;(exports['f'] as () => void)()
  return Number(UNLIMITED_FUEL - (fuel.value as bigint))
}

const PADDING = '(nop) '.repeat(300)
const long = (name: string, code = '') => `(func ${name} ${PADDING} ${code})`

t.test('who calls a short function pays for it, and for those that it calls', async (t) => {
  const short = '(func $short (nop) (nop) (call $shorter)) (func $shorter (nop) (nop) (nop))'
  const without = await costOf(`${short} ${long('(export "f")')}`)
  const once = await costOf(`${short} ${long('(export "f")', '(call $short)')}`)
  // the call, two nops, a call, an end, three nops, an end
  t.equal(once - without, 9)
  t.equal((await costOf(`${short} ${long('(export "f")', '(call $short) (call $short)')}`)) - without, 18)
})

t.test('longer ones, those that turn and those that call themselves pay themselves, each time', async (t) => {
  const bodies = {
    'is long': PADDING,
    turns: '(loop (nop))',
    'calls itself': '(if (i32.const 0) (then (call $g)))',
    'calls one that is long': '(call $h)',
    'calls whom it chooses': '(call_indirect $table (i32.const 0))',
  }
  for (const [what, code] of Object.entries(bodies)) {
    const fields = `(table $table 1 funcref) (elem (i32.const 0) $h) (func $g ${code}) ${long('$h')}`
    const [once, often] = [
      await costOf(`${fields} ${long('(export "f")', '(call $g)')}`),
      await costOf(`${fields} ${long('(export "f")', '(call $g) (call $g) (call $g)')}`),
    ]
    const none = await costOf(`${fields} ${long('(export "f")')}`)
    t.equal(often - none, (once - none) * 3, what)
    t.ok(once - none > 2, what)
  }
})

t.test('a function that is called by a table costs something, although it does not pay itself', async (t) => {
  const fields = '(table $table 1 funcref) (elem (i32.const 0) $short) (func $short (nop))'
  const without = await costOf(`${fields} ${long('(export "f")')}`)
  const by = await costOf(`${fields} ${long('(export "f")', '(call_indirect $table (i32.const 0))')}`)
  t.ok(by - without > 100, `${by - without}`)
})

t.test('functions that call each other on and on are not followed without end', async (t) => {
  const chain = Array.from({ length: 20_000 }, (_, index) => `(func $c${index} (call $c${index + 1}))`)
  t.ok((await costOf(`${chain.slice(0, 1000).join('\n')} (func $c1000 (nop)) (func (export "f") (call $c0))`)) > 1000)
  await t.resolves(
    makeRestorable(
      readSections(
        compileWat(
          'm.wat',
          `(module (memory (export "memory") 1) ${chain.join('\n')} (func $c20000 (nop)) (func (export "f") (call $c0)))`,
        ),
      ),
    ),
  )
})
