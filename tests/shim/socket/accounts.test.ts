import { join } from 'node:path'
import t from 'tap'
import { findGroupId, findUserId } from '../../../shim/socket/accounts.ts'

t.test('accounts are found by name, by number, or not at all', async (t) => {
  const folder = t.testdir({
    passwd: 'root:x:0:0:root:/root:/bin/sh\n# a comment\nkube:x:1042:1043::/:/bin/false\n',
    group: 'root:x:0:\nkube-apiserver:x:2042:alice,bob\n',
  })
  t.equal(findUserId('kube', join(folder, 'passwd')), 1042)
  t.equal(findGroupId('kube-apiserver', join(folder, 'group')), 2042)
  t.equal(findUserId('1234', join(folder, 'passwd')), 1234)
  t.equal(findUserId('alice', join(folder, 'passwd')), undefined)
  t.equal(findUserId('', join(folder, 'passwd')), undefined)
})

t.test('root is known on every machine', async (t) => {
  t.equal(findUserId('root'), 0)
  t.equal(findGroupId('root'), 0)
})
