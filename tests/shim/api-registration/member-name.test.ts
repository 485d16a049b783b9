import t from 'tap'
import { memberName } from '../../../shim/api-registration/member-name.ts'

t.test('a name says where the shim is, and Kubernetes takes it', async (t) => {
  t.match(memberName('Node_1.Example.com', ['/run/s']), /^gatehouse-shim-node-1-example-com-[0-9a-f]{8}$/)
  t.match(memberName('-', []), /^gatehouse-shim-[0-9a-f]{8}$/)
  t.ok(memberName(`${'a'.repeat(39)}.b`, []).length <= 63)
})

t.test('it is the same after a restart, and another one for another shim of the machine', async (t) => {
  t.equal(memberName('a', ['/run/s']), memberName('a', ['/run/s']))
  t.not(memberName('a', ['/run/s']), memberName('a', ['/run/t']))
})
