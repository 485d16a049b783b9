import t from 'tap'
import { embedMetadata, findMetadata, readMetadata } from '../../../evaluator/module/metadata-section.ts'
import { customSection, readSections, writeSections } from '../../../evaluator/module/sections.ts'
import { compileWat } from '../../helpers/wat.ts'

const MODULE = compileWat('module.wat', '(module (func (export "f") (result i32) (i32.const 7)))')

function withSection(contents: string | Uint8Array): Uint8Array {
  const section = customSection('io.kubewarden.metadata', Buffer.from(contents as string))
  return writeSections([...readSections(MODULE), section])
}

t.test('embedded metadata is read back, and the module works as before', async (t) => {
  const annotated = embedMetadata(MODULE, { mutating: true, annotations: { title: 'ö' } })
  t.match(await readMetadata(annotated, 'm.wasm'), { mutating: true, annotations: { title: 'ö' } })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(annotated))
  t.equal((exports['f'] as () => number)(), 7)
  t.equal(WebAssembly.Module.customSections(new WebAssembly.Module(annotated), 'io.kubewarden.metadata').length, 1)
})

t.test('annotating again replaces what was there', async (t) => {
  const twice = embedMetadata(embedMetadata(MODULE, { mutating: true }), { mutating: false })
  t.equal(findMetadata(twice).length, 1)
  t.equal((await readMetadata(twice, 'm.wasm'))?.mutating, false)
  t.strictSame(embedMetadata(twice, { mutating: false }), twice)
})

t.test('a module that was never annotated has no metadata', async (t) => {
  t.equal(await readMetadata(MODULE, 'm.wasm'), undefined)
})

t.test('a section that cannot be understood is refused with the name of the file', async (t) => {
  const notJson = 'm.wasm: the section io.kubewarden.metadata is not JSON'
  for (const contents of ['{', '', Uint8Array.of(0x22, 0xff, 0x22)]) {
    await t.rejects(readMetadata(withSection(contents), 'm.wasm'), { code: 'ERR_MODULE_METADATA', message: notJson })
  }
})

t.test('a module with two such sections is refused, because tools disagree about which one counts', async (t) => {
  const [section] = readSections(withSection('{"mutating":true}')).slice(-1)
  const twice = writeSections([...readSections(withSection('{"mutating":false}')), ...(section ? [section] : [])])
  await t.rejects(readMetadata(twice, 'm.wasm'), {
    code: 'ERR_MODULE_METADATA',
    message: 'm.wasm: carries metadata 2 times',
  })
})

t.test('what is no module has no metadata to read', async (t) => {
  await t.rejects(readMetadata(Buffer.from('hello'), 'm.wasm'), {
    code: 'ERR_MODULE_INVALID',
    message: 'm.wasm: is not WebAssembly: it does not start with the bytes `\\0asm`',
  })
})
