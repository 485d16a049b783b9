import t from 'tap'
import { checkClusterName } from '../../clusters/cluster-name.ts'

t.test('a name that is a safe folder, socket path and context is accepted', async (t) => {
  for (const name of ['gatehouse', 'a', '1', 'my-cluster-2', 'x'.repeat(40)]) {
    t.doesNotThrow(() => checkClusterName(name), name)
  }
})

t.test('other names are refused, with what a name may hold', async (t) => {
  for (const name of ['', '.', '..', '../x', 'a/b', 'A', 'a_b', '-a', 'a-', 'a.lock', 'ä', 'a\n', 'x'.repeat(41)]) {
    t.throws(() => checkClusterName(name), { code: 'ERR_CLUSTER_NAME', hint: /lower-case letters/ }, name)
  }
})
