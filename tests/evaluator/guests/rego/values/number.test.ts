import fc from 'fast-check'
import t from 'tap'
import { compareNumbers } from '../../../../../evaluator/guests/rego/values/number.ts'

const digits = fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String)
const number = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: digits,
    fraction: fc.option(digits, { nil: undefined }),
    exponent: fc.option(fc.integer({ min: -30, max: 30 }), { nil: undefined }),
  })
  .map(
    ({ sign, whole, fraction, exponent }) =>
      `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${exponent === undefined ? '' : `e${exponent}`}`,
  )

/** In units so small that no number has a fraction. */
function toUnits(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length + 100)
}

t.test('numbers are in the order of what they stand for, however they are written', async (t) => {
  const near = fc
    .tuple(number, fc.constantFrom('0', '1', '00001'))
    .map(([text, tail]) => [text, text.includes('.') && !text.includes('e') ? text + tail : text] as const)
  fc.assert(
    fc.property(fc.oneof(near, fc.tuple(number, number)), ([left, right]) => {
      const [a, b] = [toUnits(left), toUnits(right)]
      return Math.sign(compareNumbers(left, right)) === (a < b ? -1 : Number(a > b))
    }),
    { numRuns: 5000 },
  )
  t.pass()
})

t.test('a few characters do not stand for all their digits', async (t) => {
  t.ok(compareNumbers('1e999999', '1e999998') > 0)
  t.ok(compareNumbers('-1e999999', '-1e999998') < 0)
  t.ok(compareNumbers('1.50e400', '15e399') === 0)
  t.ok(compareNumbers('0e500', '-0') === 0)
})
