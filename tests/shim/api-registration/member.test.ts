import t from 'tap'
import { readMember, toAnnotations } from '../../../shim/api-registration/member.ts'

t.test('what a shim writes of itself is what the others read', async (t) => {
  const member = { name: 'a', sets: ['1', '2'], authorities: 'PEM' }
  t.strictSame(readMember({ name: 'a', annotations: toAnnotations(member) }), member)
})

t.test('a lease that says nothing answers for nothing', async (t) => {
  t.strictSame(readMember({ name: 'a' }), { name: 'a', sets: [], authorities: '' })
  t.strictSame(readMember({ name: 'a', annotations: { 'gatehouse.internal/sets': '' } }).sets, [])
})
