import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AdmissionregistrationV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import t from 'tap'
import type { ClusterOptions } from '../../clusters/cluster-provider.ts'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'
import { writePolicies } from '../helpers/test-cluster.ts'

const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const VERSIONS = (process.env['GATEHOUSE_TEST_VERSIONS'] ?? '1.37').split(',')

t.test('two clusters that start at the same time do not meet', async (t) => {
  const { provider } = await createClusterFolders(t)
  const options = { kubernetesVersion: '1.37', apiServers: 1 }
  const [a, b] = await Promise.all([
    provider.up({ ...options, name: 'a' }, SILENT_STEPS),
    provider.up({ ...options, name: 'b' }, SILENT_STEPS),
  ])
  t.match(await provider.list(), [
    { name: 'a', state: 'running' },
    { name: 'b', state: 'running' },
  ])
  await createConfigMap(a.kubeconfig, 'mine')
  const { items } = await coreOf(b.kubeconfig).listNamespacedConfigMap({ namespace: 'default' })
  t.notOk(items.some(({ metadata }) => metadata?.name === 'mine'))
  await provider.down('a', SILENT_STEPS)
  t.match(await provider.list(), [{ name: 'b', state: 'running' }])
})

t.test('two ups of one cluster at the same time make one cluster', async (t) => {
  const { provider } = await createClusterFolders(t)
  const options = { name: 'same', kubernetesVersion: '1.37', apiServers: 1 }
  const [first, second] = await Promise.all([provider.up(options, SILENT_STEPS), provider.up(options, SILENT_STEPS)])
  t.same(first.members, second.members)
  t.equal(await first.pidOf('kube-apiserver-1'), await second.pidOf('kube-apiserver-1'))
})

t.test('three API servers on one etcd, each with a shim of its own', async (t) => {
  const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: CONFIG_MAPS } })
  await using cluster = await startLocalCluster({
    apiServers: 3,
    wasmPolicies: { policies, defaultExclusions: true },
  })
  const [first = '', second = '', third = ''] = cluster.members.map(({ kubeconfig }) => kubeconfig)

  await t.test('every API server asks its own shim, from the moment that up returns', async (t) => {
    t.equal(new Set(cluster.members.map(({ socket }) => socket)).size, 3)
    for (const kubeconfig of [first, second, third]) {
      await t.rejects(createConfigMap(kubeconfig, 'a'), { message: /denied the request/ })
    }
  })

  await t.test('what one API server stores, the others serve', async (t) => {
    await coreOf(first).createNamespace({ body: { metadata: { name: 'shared' } } })
    t.ok(await coreOf(third).readNamespace({ name: 'shared' }))
  })

  await t.test('a shim that is killed costs its own API server alone', async (t) => {
    const pid = await cluster.pidOf('shim-2')
    await cluster.killShim(2)
    while ((await cluster.pidOf('shim-2')) !== undefined);
    await t.rejects(createConfigMap(second, 'a'), { message: /failed calling webhook/ })
    await t.rejects(createConfigMap(first, 'a'), { message: /denied the request/ })
    await cluster.startShim(2)
    t.not(await cluster.pidOf('shim-2'), pid)
    await t.rejects(createConfigMap(second, 'a'), { message: /denied the request/ })
  })
})

t.test('policies that change are in force after the next up, and removed ones are gone', async (t) => {
  const { provider } = await createClusterFolders(t)
  const folder = t.testdir()
  const deny = { guest: 'deny', rules: CONFIG_MAPS } as const
  const mutate = { guest: 'mutate', rules: CONFIG_MAPS, allowedToMutate: true } as const
  const policies = writePolicies(folder, { deny, mutate })
  const wasmPolicies = { policies, defaultExclusions: true, webhooks: 'api' } as const
  const options: ClusterOptions = { name: 'changing', kubernetesVersion: '1.37', apiServers: 1, wasmPolicies }
  const { kubeconfig } = await provider.up(options, SILENT_STEPS)
  t.same(await registeredPolicies(kubeconfig), ['deny', 'mutate'])
  await t.rejects(createConfigMap(kubeconfig, 'a'), { message: /denied the request/ })

  writePolicies(folder, { allow: { guest: 'accept', rules: CONFIG_MAPS } })
  const changed = await provider.up(options, SILENT_STEPS)
  t.same(await registeredPolicies(kubeconfig), ['allow'])
  await createConfigMap(kubeconfig, 'a')

  const shim = await changed.pidOf('shim-1')
  const unchanged = await provider.up(options, SILENT_STEPS)
  t.equal(await unchanged.pidOf('shim-1'), shim, 'the same policies: the same shim')

  await writeFile(join(folder, 'policies.yml'), 'allow: {module: accept.wasm, rules: [{operations: [CREATE]}]}')
  await t.rejects(provider.up(options, SILENT_STEPS), { code: 'ERR_POLICIES_INVALID' })
  t.match(await provider.list(), [{ name: 'changing', state: 'running' }])
})

for (const kubernetesVersion of VERSIONS.filter((version) => version !== '1.37')) {
  t.test(`policies decide on Kubernetes ${kubernetesVersion} too`, async (t) => {
    const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: CONFIG_MAPS } })
    await using cluster = await startLocalCluster({
      kubernetesVersion,
      wasmPolicies: { policies, defaultExclusions: true },
    })
    t.match(cluster.kubernetesVersion, `v${kubernetesVersion}.`)
    await t.rejects(createConfigMap(cluster.kubeconfig, 'a'), { message: /denied the request/ })
  })
}

async function registeredPolicies(kubeconfig: string): Promise<string[]> {
  const api = load(kubeconfig).makeApiClient(AdmissionregistrationV1Api)
  const validating = (await api.listValidatingWebhookConfiguration()).items
  const mutating = (await api.listMutatingWebhookConfiguration()).items
  const webhooks = [...validating, ...mutating].flatMap((configuration) => configuration.webhooks ?? [])
  return webhooks.map(({ name }) => name.replace(/\.policy\.gatehouse\.internal$/, '')).sort()
}

function createConfigMap(kubeconfig: string, name: string) {
  return coreOf(kubeconfig).createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name } } })
}

function coreOf(kubeconfig: string): CoreV1Api {
  return load(kubeconfig).makeApiClient(CoreV1Api)
}

function load(file: string): KubeConfig {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(file)
  return kubeConfig
}
