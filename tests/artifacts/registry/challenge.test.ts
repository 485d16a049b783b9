import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { parseChallenges } from '../../../artifacts/registry/challenge.ts'

const parse = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

t.test('the challenges of registries are read', async (t) => {
  t.strictSame(parse('Basic realm="Registry"'), [['basic', { realm: 'Registry' }]])
  t.strictSame(
    parse('Bearer realm="https://auth.test/token",service="registry.test",scope="repository:a/b:pull,push"'),
    [['bearer', { realm: 'https://auth.test/token', service: 'registry.test', scope: 'repository:a/b:pull,push' }]],
  )
  t.strictSame(parse('Negotiate abc==, BASIC Realm = plain , Bearer realm="a \\"b\\"", error=x'), [
    ['negotiate', {}],
    ['basic', { realm: 'plain' }],
    ['bearer', { realm: 'a "b"', error: 'x' }],
  ])
  t.strictSame(parse('Negotiate, Basic realm="x"'), [
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
  ])
})

t.test('what is malformed is left out', async (t) => {
  t.strictSame(parse(''), [])
  t.strictSame(parse('realm="x"'), [])
  t.strictSame(parse('Basic realm="x'), [['basic', {}]])
})

t.test('what is quoted comes back, and no header does worse than hold no challenge', async () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, rest) => {
      const quoted = value.replaceAll(/["\\]/g, '\\$&').replaceAll(/[\r\n\u2028\u2029]/g, ' ')
      assert.deepEqual(parse(`Bearer realm="${quoted}", x=y`), [
        ['bearer', { realm: value.replaceAll(/[\r\n\u2028\u2029]/g, ' '), x: 'y' }],
      ])
      assert.ok(Array.isArray(parseChallenges(rest)))
    }),
  )
})
