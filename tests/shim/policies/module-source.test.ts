import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { readModule, resolveModule } from '../../../shim/policies/module-source.ts'

t.test('paths and file URLs start at the folder of the file that names them', async (t) => {
  for (const [reference, path] of [
    ['a.wasm', '/etc/gatehouse/a.wasm'],
    ['../a.wasm', '/etc/a.wasm'],
    ['/a.wasm', '/a.wasm'],
    ['file:///a%20b.wasm', '/a b.wasm'],
    ['file://modules/a.wasm', '/etc/gatehouse/modules/a.wasm'],
    ['./a%20b.wasm', '/etc/gatehouse/a%20b.wasm'],
  ] as const)
    t.equal(resolveModule(reference, '/etc/gatehouse/policies.yml'), pathToFileURL(path).href, reference)
})

t.test('a module that is not there is named by its whole path', async (t) => {
  const folder = t.testdir({ 'a.wasm': 'bytes' })
  const module = (name: string) => resolveModule(name, join(folder, 'policies.yml'))
  t.equal(Buffer.from(await readModule({ id: 'a', module: module('a.wasm') })).toString(), 'bytes')
  await t.rejects(readModule({ id: 'b', module: module('b.wasm') }), {
    code: 'ERR_MODULE_SOURCE',
    message: new RegExp(`policy b: cannot read ${join(folder, 'b.wasm')}`),
  })
})
