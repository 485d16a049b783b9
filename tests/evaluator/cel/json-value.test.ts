import t from 'tap'
import { toCelValue } from '../../../evaluator/cel/json-value.ts'
import { parseLossless } from '../../../evaluator/lossless-json.ts'

const read = (json: string) => toCelValue(parseLossless(Buffer.from(json)))

t.test('whole numbers are ints, to the last digit', async (t) => {
  t.equal(read('9007199254740993'), 9007199254740993n)
  t.equal(read('-9223372036854775808'), -9223372036854775808n)
  t.equal(read('0'), 0n)
  t.equal(read('-0'), 0n)
})

t.test('numbers with a point, an exponent, or more than 64 bits are doubles', async (t) => {
  t.equal(read('1.0'), 1)
  t.equal(read('1e2'), 100)
  t.equal(read('9223372036854775808'), 2 ** 63)
})

// The API server writes a double that is whole without its point: 1.0 comes over the wire as 1.
t.test('what the API server had as 1.0 is an int to whoever reads its JSON', async (t) => {
  t.equal(read('1'), 1n)
})
