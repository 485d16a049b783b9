import { join } from 'node:path'
import t from 'tap'
import { LocalCluster } from '../../../testing/local-cluster.ts'
import { connectApi } from '../../helpers/api.ts'
import { createClusterFolders } from '../../helpers/cluster-folders.ts'
import { writePolicies } from '../../helpers/test-cluster.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }]
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

t.test('a cluster of a test decides by its policies, then by others, and is gone in the end', async (t) => {
  const { provider, ...folders } = await createClusterFolders(t)
  const denying = writePolicies(t.testdir(), { no: { guest: 'deny', rules: RULES } })
  const accepting = writePolicies(join(t.testdirName, 'other'), { yes: { guest: 'accept', rules: RULES } })
  {
    await using cluster = await new LocalCluster(folders).withPolicies(denying).start()
    const api = await connectApi(cluster.kubeconfig)
    const create = async (name: string) => (await api.call('POST', CONFIG_MAPS, { metadata: { name } })).status
    t.match(
      (await provider.list()).map(({ name }) => name),
      [cluster.name],
    )
    t.match(await cluster.getKubeConfig(), 'clusters:')
    t.equal(await create('one'), 400)
    await cluster.applyPolicies(accepting)
    t.equal(await create('two'), 201)
    await cluster.applyPolicies({ no: { module: join(t.testdirName, 'deny.wasm'), rules: RULES } })
    t.equal(await create('three'), 400)
    t.match(Object.keys(await cluster.logs()), ['etcd', 'kube-apiserver-1', 'shim-1'])
  }
  t.strictSame(await provider.list(), [])
})

t.test('a cluster that was started without policies says that it cannot have any', async (t) => {
  const { provider: _, ...folders } = await createClusterFolders(t)
  await using cluster = await new LocalCluster(folders).start()
  await t.rejects(cluster.applyPolicies({}), { code: 'ERR_CLUSTER_OPTIONS', hint: /withPolicies/ })
})
