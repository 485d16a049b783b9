import fc from 'fast-check'
import t from 'tap'
import { isNumber, isObject, parseLossless, sourceOf } from '../../evaluator/lossless-json.ts'
import { jsonText } from '../helpers/json-text.ts'

const parse = (text: string) => parseLossless(Buffer.from(text))

/** The numbers of a text as they are written, in order. */
function numbersIn(text: string): string[] {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '').match(/-?\d[\d.eE+-]*/g) ?? []
}

t.test('every number is written as it was read', async (t) => {
  for (const number of ['1.0', '1e2', '-0', '12345678901234567890', '0.10', '9007199254740993', '1E400', '5', '0.1']) {
    t.equal(JSON.stringify(parse(`[${number}]`)), `[${number}]`)
  }
})

t.test('in any text, no number changes, and all else is what JSON.parse gives', async () => {
  fc.assert(
    fc.property(jsonText(), (text) => {
      const value = parse(text)
      // of members given twice only the last is left: compare with a text that has none
      const once = JSON.stringify(value)
      return (
        JSON.stringify(JSON.parse(once)) === JSON.stringify(JSON.parse(text)) &&
        numbersIn(JSON.stringify(parse(once))).join() === numbersIn(once).join() &&
        numbersIn(once).every((number) => text.includes(number))
      )
    }),
    { numRuns: 1000 },
  )
})

t.test('an object that looks like a raw number is an object', async (t) => {
  const value = parse('{"rawJSON":"1"}')
  t.ok(isObject(value))
  t.notOk(isNumber(value))
  t.ok(isNumber(parse('1.0')))
  t.notOk(isObject(parse('1.0')))
  t.notOk(isObject(parse('[]')))
  t.notOk(isObject(parse('null')))
})

t.test('numbers tell their text', async (t) => {
  for (const text of ['7', '7.0', '-0']) {
    const value = parse(text)
    t.equal(isNumber(value) && sourceOf(value), text)
  }
})

t.test('a member called __proto__ is one like any other', async (t) => {
  const value = parse('{"__proto__":{"a":1.0}}')
  t.strictSame(Object.keys(value as object), ['__proto__'])
  t.equal(JSON.stringify(value), '{"__proto__":{"a":1.0}}')
})

t.test('names are read as they are written, after names that mislead JSON.parse too', async (t) => {
  parse('{"q":0,"\\\\":1}')
  JSON.parse('{"q":0,"\\\\":1}')
  for (const [escaped, name] of [
    ['\\u003c', '<'],
    ['\\"', '"'],
    ['\\n', '\n'],
    ['\\\\', '\\'],
  ] as const) {
    t.strictSame(Object.keys(parse(`{"q":0,"${escaped}":1}`) as object), ['q', name])
  }
})

t.test('a number of any length is read', async (t) => {
  const number = `1${'0'.repeat(300_000)}1`
  t.equal(JSON.stringify(parse(number)), number)
})

t.test('a text of very many values is refused before it fills the heap', async (t) => {
  const text = `[${'[],'.repeat(500_000)}[]]`
  t.throws(() => parse(text), { message: 'holds 500002 values, where 500000 are taken' })
})
