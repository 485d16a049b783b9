import fc from 'fast-check'
import t from 'tap'
import { findDifferences } from '../../../cli/testing/differences.ts'
import { parseLossless } from '../../../evaluator/lossless-json.ts'
import { jsonText } from '../../helpers/json-text.ts'

const find = (expected: string, actual: string) =>
  findDifferences(parseLossless(Buffer.from(expected)), parseLossless(Buffer.from(actual)))
const differences = (expected: string, actual: string) => JSON.parse(JSON.stringify(find(expected, actual)))

t.test('each place that differs shows both sides', async (t) => {
  t.strictSame(differences('{"a": 1, "b": {"c": [1, 2, 3, 4]}, "d": 0}', '{"a": 2, "b": {"c": [1, 5]}, "e": null}'), [
    { path: '/a', expected: 1, actual: 2 },
    { path: '/b/c/1', expected: 2, actual: 5 },
    { path: '/b/c/2', expected: 3 },
    { path: '/b/c/3', expected: 4 },
    { path: '/d', expected: 0 },
    { path: '/e', actual: null },
  ])
})

t.test('names are found again, whatever they are', async (t) => {
  t.strictSame(differences('{"a/b": {"~1": 1}, "": 2}', '{"a/b": {"~1": 2}, "": 3}'), [
    { path: '/a~1b/~01', expected: 1, actual: 2 },
    { path: '/', expected: 2, actual: 3 },
  ])
})

t.test('numbers that mean the same do not differ, and large ones do', async (t) => {
  t.strictSame(differences('[1.0, 1e2]', '[1, 100]'), [])
  for (const [expected, actual] of [
    ['9007199254740992', '9007199254740993'],
    ['9007199254740993', '9007199254740992'],
  ] as const)
    t.equal(JSON.stringify(find(expected, actual)), `[{"path":"","expected":${expected},"actual":${actual}}]`)
})

t.test('a document does not differ from itself', async () => {
  fc.assert(fc.property(jsonText(), (text) => differences(text, text).length === 0))
})
