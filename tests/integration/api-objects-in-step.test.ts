import { writeFileSync } from 'node:fs'
import t from 'tap'
import { stringify } from 'yaml'
import { SILENT_STEPS } from '../../util/steps.ts'
import { connectApi } from '../helpers/api.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'
import { writePolicies } from '../helpers/test-cluster.ts'

function rule(resource: string) {
  return [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] }]
}

t.test(
  'where policies are API objects, the shims of a cluster register what changes, without another up',
  async (t) => {
    const { provider } = await createClusterFolders(t)
    const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: rule('secrets') } })
    const wasmPolicies = { policies, defaultExclusions: true, webhooks: 'api' } as const
    const options = { name: 'objects', kubernetesVersion: '1.37', apiServers: 1, wasmPolicies }
    const cluster = await provider.up(options, SILENT_STEPS)
    const api = await connectApi(cluster.kubeconfig)
    const create = (resource: string) =>
      api.call('POST', `/api/v1/namespaces/default/${resource}?dryRun=All`, { metadata: { generateName: 'a-' } })
    t.equal((await create('configmaps')).status, 201)
    t.equal((await create('secrets')).status, 400)

    writeFileSync(policies, stringify({ deny: { module: './deny.wasm', rules: rule('configmaps') } }))
    while ((await create('configmaps')).status !== 400);
    while ((await create('secrets')).status !== 201);
  },
)
