import t from 'tap'
import { checkSameAsOpa } from '../../../../helpers/same-as-opa.ts'

t.test('numbers are listed and drawn as by OPA', async (t) => {
  await checkSameAsOpa(t, {
    values: [
      'numbers.range_step(1, 10, 3)',
      'numbers.range_step(10, 1, 3)',
      'numbers.range_step(1.0, 3, 1)',
      'numbers.range_step(12345678901234567890, 12345678901234567892, 1)',
      'rand.intn("k", 0)',
      'rand.intn("k", 1000000) == rand.intn("k", 1000000)',
    ],
    undefined: ['numbers.range_step(10, 1, 0)', 'numbers.range_step(1.5, 3, 1)'],
  })
})
