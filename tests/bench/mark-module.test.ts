import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { markModule } from '../../bench/mark-module.ts'
import { packageRoot } from '../../util/package-root.ts'

t.test('a marked module is a valid one with the same imports and exports, and other bytes', async (t) => {
  const bytes = await readFile(join(packageRoot(), 'policies', 'pod-privileged', 'policy.wasm'))
  const marked = markModule(bytes, 'rule 07')
  t.notOk(bytes.equals(marked))
  t.notOk(Buffer.from(marked).equals(markModule(bytes, 'rule 08')))
  const [before, after] = [bytes, marked].map((module) => new WebAssembly.Module(new Uint8Array(module)))
  if (before === undefined || after === undefined) throw new Error('there are two modules')
  t.strictSame(WebAssembly.Module.exports(after), WebAssembly.Module.exports(before))
  t.strictSame(WebAssembly.Module.imports(after), WebAssembly.Module.imports(before))
  const [section] = WebAssembly.Module.customSections(after, 'bench.gatehouse')
  t.equal(Buffer.from(section ?? new ArrayBuffer()).toString(), 'rule 07')
})

t.test('a mark that does not fit is refused', async (t) => {
  t.throws(() => markModule(Buffer.alloc(8), 'x'.repeat(127)), { message: /too long/ })
})
