import fc from 'fast-check'
import t from 'tap'
import { diffJson } from '../../evaluator/json-patch.ts'
import { parseLossless } from '../../evaluator/lossless-json.ts'
import { applyPatch } from '../helpers/json-patch.ts'
import { jsonText, numberText } from '../helpers/json-text.ts'

const parse = (text: string) => parseLossless(Buffer.from(text))
const diff = (before: string, after: string) => JSON.parse(JSON.stringify(diffJson(parse(before), parse(after))))

t.test('equal documents need no patch, in whatever order their members stand', async (t) => {
  t.strictSame(diff('{"a":1,"b":[{"c":null}]}', '{"b":[{"c":null}],"a":1}'), [])
})

t.test('members are added, removed and replaced one by one', async (t) => {
  t.strictSame(
    diff('{"same":1,"gone":2,"other":3,"deep":{"x":[1]}}', '{"same":1,"other":"3","deep":{"x":[2]},"new":{}}'),
    [
      { op: 'remove', path: '/gone' },
      { op: 'replace', path: '/other', value: '3' },
      { op: 'replace', path: '/deep/x/0', value: 2 },
      { op: 'add', path: '/new', value: {} },
    ],
  )
})

t.test('arrays are compared index by index; the tail is removed or added', async (t) => {
  t.strictSame(diff('[1,2,3,4]', '[1,5]'), [
    { op: 'replace', path: '/1', value: 5 },
    { op: 'remove', path: '/2' },
    { op: 'remove', path: '/2' },
  ])
  t.strictSame(diff('[1]', '[1,2,3]'), [
    { op: 'add', path: '/1', value: 2 },
    { op: 'add', path: '/2', value: 3 },
  ])
  t.strictSame(diff('["hello","bye"]', '[]'), [
    { op: 'remove', path: '/0' },
    { op: 'remove', path: '/0' },
  ])
})

t.test('values of different types replace each other, at the root too', async (t) => {
  t.strictSame(diff('{"a":[1]}', '{"a":{"0":1}}'), [{ op: 'replace', path: '/a', value: { 0: 1 } }])
  t.strictSame(diff('{"a":null}', '{"a":false}'), [{ op: 'replace', path: '/a', value: false }])
  t.strictSame(diff('{"a":1}', '{"a":"1"}'), [{ op: 'replace', path: '/a', value: '1' }])
  t.strictSame(diff('[]', '{}'), [{ op: 'replace', path: '', value: {} }])
  t.strictSame(diff('[null]', '[]'), [{ op: 'remove', path: '/0' }])
  t.strictSame(diff('{"a":null}', '{}'), [{ op: 'remove', path: '/a' }])
})

t.test('names are escaped as JSON Pointer wants', async (t) => {
  t.strictSame(diff('{"a/b":1,"m~n":1,"":1,"~1":1}', '{"a/b":2,"m~n":2,"":2,"~1":2}'), [
    { op: 'replace', path: '/a~1b', value: 2 },
    { op: 'replace', path: '/m~0n', value: 2 },
    { op: 'replace', path: '/', value: 2 },
    { op: 'replace', path: '/~01', value: 2 },
  ])
})

t.test('names that JavaScript knows are names like any other', async (t) => {
  t.strictSame(diff('{}', '{"__proto__":{"x":1}}'), [{ op: 'add', path: '/__proto__', value: { x: 1 } }])
  t.strictSame(diff('{"__proto__":{"x":1}}', '{}'), [{ op: 'remove', path: '/__proto__' }])
  t.strictSame(diff('{"__proto__":{"x":1}}', '{"__proto__":{"x":2}}'), [
    { op: 'replace', path: '/__proto__/x', value: 2 },
  ])
  t.strictSame(diff('{}', '{"constructor":1,"toString":2}'), [
    { op: 'add', path: '/constructor', value: 1 },
    { op: 'add', path: '/toString', value: 2 },
  ])
  t.strictSame(diff('{"a":{"rawJSON":"1"}}', '{"a":{"rawJSON":"2"}}'), [
    { op: 'replace', path: '/a/rawJSON', value: '2' },
  ])
})

t.test('the patch makes of one document the other', async () => {
  fc.assert(
    fc.property(jsonText(), jsonText(), (before, after) => {
      const patched = applyPatch(parse(before), diffJson(parse(before), parse(after)))
      // number by number the old notation may have stayed, so values are compared
      return canonical(JSON.stringify(patched)) === canonical(after)
    }),
    { numRuns: 2000 },
  )
})

t.test('a document that a guest read into doubles and wrote again needs no patch', async () => {
  fc.assert(
    fc.property(
      jsonText().filter((text) => !/e\+?\d{3}/i.test(text)),
      (text) => diff(text, JSON.stringify(JSON.parse(text))).length === 0,
    ),
    { numRuns: 1000 },
  )
})

t.test('numbers that the policy did not touch survive a change beside them', async () => {
  fc.assert(
    fc.property(fc.array(numberText(), { minLength: 1, maxLength: 5 }), (numbers) => {
      const before = `{"kept":[${numbers.join(',')}],"replicas":1}`
      const guest = JSON.stringify({ ...JSON.parse(before), replicas: 2, added: 1 })
      const patched = applyPatch(parse(before), diffJson(parse(before), parse(guest)))
      return JSON.stringify(patched) === `{"kept":[${numbers.join(',')}],"replicas":2,"added":1}`
    }),
  )
})

t.test('numbers that the policy did change are written as the policy wrote them', async (t) => {
  const patch = JSON.stringify(diffJson(parse('{"a":1,"b":1}'), parse('{"a":2.0,"b":12345678901234567890}')))
  t.equal(patch, '[{"op":"replace","path":"/a","value":2.0},{"op":"replace","path":"/b","value":12345678901234567890}]')
})

t.test('a policy that changes more than the API server takes in a patch is refused', async (t) => {
  const array = (length: number) => JSON.stringify(Array.from({ length }, (_, index) => index))
  t.equal(diff('[]', array(10_000)).length, 10_000)
  t.throws(() => diff('[]', array(10_001)), { message: 'policy changed more than 10000 places' })
})

// One text per value: members sorted, numbers as JavaScript writes them.
function canonical(text: string): string {
  return JSON.stringify(sortMembers(JSON.parse(text)))
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers)
  if (typeof value !== 'object' || value === null) return value
  const sorted = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return sorted.map(([name, member]) => [name, sortMembers(member)])
}
