import fc from 'fast-check'
import t from 'tap'
import { isSameNumber } from '../../evaluator/number-equality.ts'
import { numberText } from '../helpers/json-text.ts'

t.test('notations of one decimal are the same number', async (t) => {
  const same = [
    ['1', '1.0'],
    ['1.0', '1'],
    ['100', '1e2'],
    ['0.1', '1E-1'],
    ['10e-1', '1'],
    ['0', '-0'],
    ['0.000', '0e9'],
    ['1.50', '15e-1'],
    ['123456789012345678901234567890', '1.2345678901234567890123456789e29'],
    ['1e-999999999999999999999', '0.1e-999999999999999999998'],
  ] as const
  for (const [original, returned] of same) t.ok(isSameNumber(original, returned), `${original} = ${returned}`)
})

t.test('different decimals are different numbers, however near', async (t) => {
  const different = [
    ['1', '2'],
    ['1', '-1'],
    ['1', '1.0000000000000000001'],
    ['0.1', '0.10000000000000002'],
    ['9007199254740992', '9007199254740993'],
    ['9007199254740993', '9007199254740994'],
    ['9007199254740993', '9007199254740991'],
    ['9007199254740993', '9007199254740992.5'],
    ['1e400', '1.7976931348623157e308'],
  ] as const
  for (const [original, returned] of different) t.notOk(isSameNumber(original, returned), `${original} ≠ ${returned}`)
})

t.test('a number is the same when it comes back as a double writes it', async (t) => {
  const rounded = [
    ['9007199254740993', '9007199254740992'],
    ['9007199254740993', '9.007199254740992e15'],
    // the shortest digits that lead to the double, and all the digits that it has
    ['12345678901234567891', '12345678901234567000'],
    ['12345678901234567891', '12345678901234567168'],
    ['12345678901234567168', '12345678901234567000'],
    ['12345678901234567000', '12345678901234567168'],
    ['18446744073709551615', '18446744073709552000'],
    ['0.1000000000000000000001', '0.1'],
    ['-9007199254740993', '-9007199254740992'],
  ] as const
  for (const [original, returned] of rounded) t.ok(isSameNumber(original, returned), `${original} → ${returned}`)
})

t.test('whatever the number, itself and what JavaScript makes of it count as unchanged', async () => {
  fc.assert(
    fc.property(numberText(), (source) => isSameNumber(source, source) && isSameNumber(source, String(Number(source)))),
    { numRuns: 1000 },
  )
})

t.test('two integers of any size are the same exactly if they are equal', async () => {
  const exact = fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })
  fc.assert(fc.property(exact, exact, (a, b) => isSameNumber(String(a), String(b)) === (a === b)))
})
