import t from 'tap'
import { BoundedValues } from '../../../shim/telemetry/bounded-values.ts'

t.test('so many values are let through, and those again and again', async (t) => {
  const values = new BoundedValues(2)
  t.strictSame(
    ['a', 'b', 'a', 'c', 'b', 'd'].map((value) => values.admit(value)),
    ['a', 'b', 'a', 'other', 'b', 'other'],
  )
})

t.test('a value that no Kubernetes name could be is not let through', async (t) => {
  t.equal(new BoundedValues(2).admit('x'.repeat(254)), 'other')
})
