import fc from 'fast-check'
import t from 'tap'
import { decodeString, JsonSyntaxError, MAX_JSON_DEPTH, scanJson } from '../../util/json-scan.ts'
import { jsonText } from '../helpers/json-text.ts'

const encode = (text: string) => new TextEncoder().encode(text)

function accepts(text: string): boolean {
  try {
    scanJson(encode(text))
    return true
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false
    throw error
  }
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

t.test('every text that JSON.parse takes is taken', async () => {
  fc.assert(fc.property(jsonText(), accepts))
})

t.test('a text with a small mistake is taken exactly if JSON.parse takes it', async () => {
  const character = fc.constantFrom(...'{}[]",:\\u0-+.eE1tfn \n\u0000\u001f\u007fä'.split(''))
  const mistake = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(2), insert: character })
  fc.assert(
    fc.property(jsonText(), fc.array(mistake, { minLength: 1, maxLength: 3 }), (text, mistakes) => {
      const broken = mistakes.reduce((before, { at, cut, insert }) => {
        const position = Math.floor(at * before.length)
        return before.slice(0, position) + insert + before.slice(position + cut)
      }, text)
      return accepts(broken) === parses(broken)
    }),
    { numRuns: 1000 },
  )
})

t.test('what JSON.parse refuses is refused, and the message says where', async (t) => {
  const refused: Record<string, string> = {
    '': 'ends where a value should be',
    '  ': 'ends where a value should be',
    '{"a":1}x': 'byte 7 should be the end',
    '{"a":1,}': 'byte 7 should be a name in double quotes',
    '{a:1}': 'byte 1 should be a name in double quotes',
    '{"a" 1}': 'byte 5 should be a colon',
    '{"a":1': 'ends where a comma or } should be',
    '[1 2]': 'byte 3 should be a comma or ]',
    '[1,]': 'byte 3 should be a value',
    '"a\nb"': 'byte 2 should be the rest of a string',
    '"a': 'ends where the rest of a string should be',
    '"\\x"': 'byte 1 should be an escape that JSON has',
    '"\\u12g4"': 'byte 1 should be four hexadecimal digits after \\u',
    '-': 'ends where a digit should be',
    '01': 'byte 1 should be the end',
    '1.': 'ends where a digit should be',
    '.5': 'byte 0 should be a value',
    '1e': 'ends where a digit should be',
    '+1': 'byte 0 should be a value',
    tru: 'byte 0 should be a value',
    nullx: 'byte 4 should be the end',
    NaN: 'byte 0 should be a value',
    '\ufeff{}': 'byte 0 should be a value',
    "{'a':1}": 'byte 1 should be a name in double quotes',
    '1//c': 'byte 1 should be the end',
    '\u00a01': 'byte 0 should be a value',
  }
  for (const [text, message] of Object.entries(refused)) {
    t.throws(() => scanJson(encode(text)), { name: 'JsonSyntaxError', message }, JSON.stringify(text))
    t.notOk(parses(text), JSON.stringify(text))
  }
})

t.test('bytes that are not UTF-8 are refused, wherever they stand', async (t) => {
  for (const bytes of [[0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0xff]]) {
    t.throws(() => scanJson(Uint8Array.from(bytes)), { name: 'JsonSyntaxError', message: 'is not UTF-8' })
  }
})

t.test('nesting is limited, so that nobody who recurses over the text runs out of stack', async (t) => {
  const nested = (depth: number) => encode(`${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`)
  t.equal(scanJson(nested(MAX_JSON_DEPTH)).root.type, 'array')
  t.throws(() => scanJson(nested(MAX_JSON_DEPTH + 2)), { message: 'goes deeper than 1000 levels at byte 3000' })
  t.throws(() => scanJson(encode('['.repeat(1_000_000))), JsonSyntaxError)
  t.ok(accepts(`[${'[{}],'.repeat(2 * MAX_JSON_DEPTH)}[]]`), 'what lies side by side is not deep')
})

t.test('members that the outline names are found with their bytes, at any level', async (t) => {
  const bytes = encode(' {"x": [1], "request" : { "uid":"u1","object":{"a" : 1.0} , "deep":{"uid":2}}, "uid":3 } ')
  const { root, valueCount } = scanJson(bytes, { request: { uid: {}, object: {}, absent: {} } })
  const request = root.members.get('request')
  t.strictSame([...root.members.keys()], ['request'])
  t.strictSame([...(request?.members.keys() ?? [])], ['uid', 'object'])
  const object = request?.members.get('object')
  t.equal(Buffer.from(bytes.subarray(object?.start, object?.end)).toString(), '{"a" : 1.0}')
  t.equal(root.start, 1)
  t.equal(root.end, bytes.length - 1)
  t.equal(valueCount, 10)
})

t.test('the members found are those that JSON.parse gives, the last one of a name included', async () => {
  fc.assert(
    fc.property(jsonText(), (text) => {
      const bytes = encode(text)
      const { root } = scanJson(bytes, { a: {}, ab: {}, '': {}, constructor: {} })
      const parsed: unknown = JSON.parse(text)
      for (const [name, { start, end }] of root.members) {
        const expected = Object.getOwnPropertyDescriptor(parsed, name)?.value
        const found = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end)))
        if (JSON.stringify(found) !== JSON.stringify(expected)) return false
      }
      const isObject = root.type === 'object'
      return ['a', 'ab', '', 'constructor'].every(
        (name) => root.members.has(name) === (isObject && Object.hasOwn(parsed as object, name)),
      )
    }),
    { numRuns: 500 },
  )
})

t.test('a name is found however many of its characters are escaped', async () => {
  const character = fc.tuple(fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), fc.boolean())
  fc.assert(
    fc.property(fc.array(character), (characters) => {
      const name = characters.map(([text]) => text).join('')
      const written = characters.map(([text, isEscaped]) =>
        isEscaped ? escapeAll(text) : JSON.stringify(text).slice(1, -1),
      )
      return scanJson(encode(`{"${written.join('')}":1}`), { [name]: {} }).root.members.has(name)
    }),
  )
})

t.test('a name written with escapes is the same name', async (t) => {
  const bytes = encode('{"uid":"first","u\\u0069d":"se\\u0063ond"}')
  const uid = scanJson(bytes, { uid: {} }).root.members.get('uid')
  t.ok(uid)
  if (uid) t.equal(decodeString(bytes, uid), 'second')
})

t.test('names that every JavaScript object has are not found by accident', async (t) => {
  const { root } = scanJson(encode('{"toString":1,"__proto__":{"a":1}}'), { a: {} })
  t.equal(root.members.size, 0)
})

t.test('strings are decoded as JSON.parse decodes them', async () => {
  fc.assert(
    fc.property(jsonText(), (text) => {
      const bytes = encode(text)
      const { root } = scanJson(bytes)
      return root.type !== 'string' || decodeString(bytes, root) === JSON.parse(text)
    }),
  )
})

t.test('a view into a larger buffer is read where it stands', async (t) => {
  const buffer = encode('xxxx{"a":"b"}yyyy')
  const view = buffer.subarray(4, 13)
  const a = scanJson(view, { a: {} }).root.members.get('a')
  t.equal(a && decodeString(view, a), 'b')
})

/** Every UTF-16 unit as an escape of four hexadecimal digits. */
function escapeAll(text: string): string {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('')
}
