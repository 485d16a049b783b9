import fc from 'fast-check'
import t from 'tap'
import { measureFormat } from '../../../../../../evaluator/guests/rego/go/format/measure-format.ts'
import { sprintf } from '../../../../../../evaluator/guests/rego/go/format/sprintf.ts'

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('%', '[1]', '[2]', '[a]', '[', ']', '*', '.', '#', '+', '-', ' ', '0') },
  { weight: 2, arbitrary: fc.constantFrom(...'sdvqxXbcoOUTeEfFgGtz%') },
  fc.nat(1200).map(String),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const argument = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

t.test('no text becomes longer than was said before', async (t) => {
  const formats = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(formats, fc.array(argument, { maxLength: 3 }), (format, args) => {
      const { characters } = measureFormat(
        format,
        args.map((arg) => String(arg).length),
      )
      return sprintf(format, args).length <= characters
    }),
    { numRuns: 20_000 },
  )
  t.pass()
})

t.test('the most that a character becomes is what is reckoned with', (t) => {
  for (const [format, arg] of [
    ['% #x', '\u{ffff}'.repeat(1000)],
    ['% #X', '€'.repeat(1000)],
    ['%+q', '\u{1f600}'.repeat(1000)],
    ['%#b', 2n ** 1300n],
    ['%v', 'a'.repeat(1000)],
  ] as const) {
    const made = sprintf(format, [arg]).length
    t.ok(made <= measureFormat(format, [String(arg).length]).characters, format)
  }
  t.end()
})

t.test('sizes that are large or not told are more than anybody can say', (t) => {
  for (const format of ['%1000d', '%.1000f', '%*d', '%.*f', '%[1]*d', '%.[1]*d', '%[1].1000d'])
    t.equal(measureFormat(`a ${format}`, [1, 1]).characters, Number.POSITIVE_INFINITY, format)
  t.end()
})
