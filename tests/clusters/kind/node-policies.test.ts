import { join } from 'node:path'
import t from 'tap'
import { findNodePolicies } from '../../../clusters/kind/node-policies.ts'

t.test('a node mounts the folder of the policies file', async (t) => {
  const folder = t.testdir({ 'policies.yml': 'a:\n  module: modules/a.wasm\n', modules: {} })
  t.same(await findNodePolicies(join(folder, 'policies.yml')), { folder, file: 'policies.yml' })
})

t.test('a module outside of it is refused, with the policy that names it', async (t) => {
  const folder = t.testdir({ 'policies.yml': 'a:\n  module: ../b/a.wasm\n' })
  await t.rejects(findNodePolicies(join(folder, 'policies.yml')), {
    code: 'ERR_CLUSTER_OPTIONS',
    message: /policies\.yml: a: its module .*\/b\/a\.wasm is outside of /,
  })
})
