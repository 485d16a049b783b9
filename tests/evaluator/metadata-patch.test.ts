import fc from 'fast-check'
import t from 'tap'
import { diffJson } from '../../evaluator/json-patch.ts'
import { type LosslessObject, parseLossless } from '../../evaluator/lossless-json.ts'
import { applyMetadataPatch, findOtherChange } from '../../evaluator/metadata-patch.ts'

const encode = (operations: unknown) => Buffer.from(JSON.stringify(operations)).toString('base64')
const parse = (value: unknown) => parseLossless(Buffer.from(JSON.stringify(value))) as LosslessObject

t.test('labels and annotations are metadata, all else is not, nor are labels that are no strings', async (t) => {
  const at = (op: string, path: string, value?: unknown) => findOtherChange(encode([{ op, path, value }]))
  t.equal(at('add', '/metadata/labels', { a: 'b' }), undefined)
  t.equal(at('replace', '/metadata/annotations/a~1b', 'c'), undefined)
  t.equal(at('remove', '/metadata/labels/a'), undefined)
  for (const path of ['/metadata', '/metadata/labelsx', '/spec/labels', '/metadata/name', '']) {
    t.equal(at('add', path, 'a'), path, path)
  }
  t.equal(at('add', '/metadata/labels', { a: 1 }), '/metadata/labels')
  t.equal(at('add', '/metadata/labels/a', null), '/metadata/labels/a')
})

t.test('a patch leads from the one object to the other, but for maps that are empty', async (t) => {
  const name = fc.oneof(fc.constantFrom('a', 'b', 'x/y', 'm~n', '__proto__', 'constructor'), fc.string())
  const map = fc.dictionary(name, fc.string(), { maxKeys: 4 })
  const metadata = fc.record({ labels: map, annotations: map }, { requiredKeys: [] })
  const property = fc.property(metadata, metadata, (from, to) => {
    const before = parse({ metadata: { name: 'n', ...from }, data: { number: 1 } })
    const after = parse({ metadata: { name: 'n', ...withoutEmpty(to) }, data: { number: 1 } })
    const patched = applyMetadataPatch(before, encode(diffJson(before, after)))
    const rest = diffJson(parse(patched), after)
    return rest.length === 0
  })
  t.doesNotThrow(() => fc.assert(property))
})

function withoutEmpty(maps: object): object {
  return Object.fromEntries(Object.entries(maps).filter(([, members]) => Object.keys(members).length > 0))
}
