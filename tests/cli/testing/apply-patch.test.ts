import fc from 'fast-check'
import t from 'tap'
import { applyPatch } from '../../../cli/testing/apply-patch.ts'
import { diffJson } from '../../../evaluator/json-patch.ts'
import { type LosslessValue, parseLossless } from '../../../evaluator/lossless-json.ts'
import { jsonText } from '../../helpers/json-text.ts'

const parse = (text: string) => parseLossless(Buffer.from(text))
const apply = (document: unknown, patch: unknown) =>
  JSON.stringify(applyPatch(parse(JSON.stringify(document)), parse(JSON.stringify(patch))))

t.test('what the host finds to be different makes one document of the other', async () => {
  fc.assert(
    fc.property(jsonText(), jsonText(), (before, after) => {
      const patched = applyPatch(parse(before), diffJson(parse(before), parse(after)) as unknown as LosslessValue)
      return diffJson(patched, parse(after)).length === 0
    }),
  )
})

// As the examples of RFC 6902, appendix A, in essence.
t.test('all operations of JSON Patch are applied', async (t) => {
  const cases: [unknown, unknown[], unknown][] = [
    [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [{ a: 1 }, [{ op: 'add', path: '', value: [] }], []],
    [[1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    [[1], [{ op: 'add', path: '/-', value: [2] }], [1, [2]]],
    [{ a: [1, 2] }, [{ op: 'remove', path: '/a/0' }], { a: [2] }],
    [{ 'a/b': { '~': 1 } }, [{ op: 'replace', path: '/a~1b/~0', value: 2 }], { 'a/b': { '~': 2 } }],
    [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    [{ a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
    [
      { a: 1 },
      [
        { op: 'test', path: '/a', value: 1.0 },
        { op: 'remove', path: '/a' },
      ],
      {},
    ],
  ]
  for (const [document, patch, result] of cases) t.equal(apply(document, patch), JSON.stringify(result))
})

t.test('members that objects inherit are members like others', async (t) => {
  const patch = parse('[{"op": "add", "path": "/__proto__", "value": {"a": 1}}]')
  t.equal(JSON.stringify(applyPatch(parse('{}'), patch)), '{"__proto__":{"a":1}}')
  t.throws(() => applyPatch(parse('{}'), parse('[{"op": "remove", "path": "/toString"}]')), /nothing at toString/)
})

t.test('what cannot be applied says which operation it is', async (t) => {
  for (const [patch, message] of [
    [[{ op: 'remove', path: '/b' }], /operation 0 of the patch: there is nothing at b/],
    [[{ op: 'add', path: '/b/c', value: 1 }], /nothing at b/],
    [[{ op: 'add', path: '/list/2', value: 1 }], /nothing at 2/],
    [[{ op: 'add', path: '/list/01', value: 1 }], /nothing at 01/],
    [[{ op: 'add', path: '/a/b', value: 1 }], /nothing at b/],
    [
      [
        { op: 'replace', path: '/a', value: 2 },
        { op: 'test', path: '/a', value: 1 },
      ],
      /operation 1 .*tests for a value/,
    ],
    [[{ op: 'add', path: 'a', value: 1 }], /its path is no JSON pointer: "a"/],
    [[{ op: 'move', path: '/b' }], /its from is no JSON pointer/],
    [[{ op: 'add', path: '/b' }], /has no value/],
    [[{ op: 'merge', path: '/b' }], /is none of add/],
    [['add'], /is not an object/],
    [{}, /is not a list/],
  ] as const)
    t.throws(() => apply({ a: 1, list: [1] }, patch), { message })
})
