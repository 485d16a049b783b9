import { join } from 'node:path'
import t from 'tap'
import { KindCluster } from '../../../testing/kind-cluster.ts'
import { connectApi } from '../../helpers/api.ts'
import { createClusterFolders } from '../../helpers/cluster-folders.ts'
import { choosePlace } from '../../helpers/containers/test-engine.ts'
import { writePolicies } from '../../helpers/test-cluster.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }]
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
/** Minutes, on a machine where the node has to be built first. */
const timeout = 60 * 60_000
t.setTimeout(timeout)

const place = await choosePlace(t)

for (const placement of ['host', 'sidecar'] as const) {
  const title = `a kind cluster of a test, its shim as ${placement}, decides by its policies, then by others, and is gone in the end`
  t.test(title, { skip: 'missing' in place && place.missing, timeout }, async (t) => {
    if ('missing' in place) return
    const { provider: _, stateFolder, runtimeFolder } = await createClusterFolders(t)
    const denying = writePolicies(t.testdir(), { no: { guest: 'deny', rules: RULES } })
    const accepting = writePolicies(join(t.testdirName, 'other'), { yes: { guest: 'accept', rules: RULES } })
    const cluster = await new KindCluster({ stateFolder, runtimeFolder }).withPolicies(denying, { placement }).start()
    const node = `${cluster.name}-control-plane`
    try {
      const api = await connectApi(cluster.kubeconfig)
      const create = async (name: string) => (await api.call('POST', CONFIG_MAPS, { metadata: { name } })).status
      t.match(await cluster.exec(['cat', '/kind/version']), /^v1\./)
      t.equal(await create('one'), 400)
      await cluster.applyPolicies(accepting)
      t.equal(await create('two'), 201)
      t.ok(await place.engine.succeeds(['container', 'inspect', node]))
    } finally {
      await cluster[Symbol.asyncDispose]()
    }
    t.notOk(await place.engine.succeeds(['container', 'inspect', node]))
  })
}
