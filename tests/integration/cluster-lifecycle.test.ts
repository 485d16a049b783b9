import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { AdmissionregistrationV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import t from 'tap'
import { parse } from 'yaml'
import type { ClusterOptions } from '../../clusters/cluster-provider.ts'
import { findClusterProcesses } from '../../clusters/local/cluster-processes.ts'
import { kubeApiServerArguments } from '../../clusters/local/kube-apiserver.ts'
import { clusterLayout } from '../../clusters/local/layout.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'

const STOCK: ClusterOptions = { name: 'stock', kubernetesVersion: '1.37', apiServers: 1 }
const THEIRS = `apiVersion: v1
kind: Config
clusters: [{name: work, cluster: {server: https://work.example}}]
contexts: [{name: work, context: {cluster: work, user: work}}]
users: [{name: work, user: {token: t}}]
current-context: work
`

t.test('a stock cluster, from up to down', async (t) => {
  const { provider, stateFolder, runtimeFolder } = await createClusterFolders(t)
  const kubeconfig = join(t.testdir({ config: THEIRS }), 'config')
  const options = { ...STOCK, kubeconfig }
  const layout = clusterLayout('stock', stateFolder, runtimeFolder)
  const cluster = await provider.up(options, SILENT_STEPS)
  const kubeConfig = loadKubeConfig(kubeconfig)

  await t.test('it answers the admin, whose context is in the kubeconfig beside the others', async (t) => {
    t.match(cluster, { state: 'running', kubernetesVersion: /^v1\.37\./, apiServers: 1 })
    t.equal(kubeConfig.getCurrentContext(), 'gatehouse-stock')
    t.ok(kubeConfig.getContextObject('work'))
    const { items } = await kubeConfig.makeApiClient(CoreV1Api).listNamespace()
    t.ok(items.some(({ metadata }) => metadata?.name === 'default'))
    t.equal(loadKubeConfig(cluster.kubeconfig).getCurrentCluster()?.server, cluster.members[0]?.server)
  })

  await t.test('nobody else may do anything: RBAC decides', async (t) => {
    const anonymous = new KubeConfig()
    const { caData = '', server = '' } = kubeConfig.getCurrentCluster() ?? {}
    anonymous.loadFromClusterAndUser({ name: 'a', server, caData, skipTLSVerify: false }, { name: 'anonymous' })
    await t.rejects(anonymous.makeApiClient(CoreV1Api).listNamespace(), { code: 403 })
  })

  await t.test('with the gate off, flags, environment and objects are stock', async (t) => {
    const pid = (await cluster.pidOf('kube-apiserver-1')) ?? 0
    const port = Number(new URL(cluster.members[0]?.server ?? '').port)
    t.same((await readNulSeparated(`/proc/${pid}/cmdline`)).slice(1), kubeApiServerArguments(layout, port))
    // tap adds variables of its own to every process that a test starts
    const variables = await readNulSeparated(`/proc/${pid}/environ`)
    t.same(
      variables.filter((variable) => !/^(_TAPJS_|NODE_OPTIONS=)/.test(variable)),
      [`GATEHOUSE_CLUSTER=${layout.folder}`, 'GATEHOUSE_PROCESS=kube-apiserver-1'],
    )
    t.same((await findClusterProcesses(layout)).map(({ name }) => name).sort(), ['etcd', 'kube-apiserver-1'])
    t.same(await readdir(join(layout.folder, 'member-1')), ['kubeconfig'])
    const api = kubeConfig.makeApiClient(AdmissionregistrationV1Api)
    t.same((await api.listValidatingWebhookConfiguration()).items, [])
    t.same((await api.listMutatingWebhookConfiguration()).items, [])
  })

  await t.test('up again leaves every process as it is', async (t) => {
    const before = await findClusterProcesses(layout)
    await provider.up(options, SILENT_STEPS)
    t.same(await findClusterProcesses(layout), before)
  })

  await t.test('up with other options is refused, with the difference', async (t) => {
    await t.rejects(provider.up({ ...options, apiServers: 3 }, SILENT_STEPS), {
      code: 'ERR_CLUSTER_EXISTS',
      message: "cluster 'stock' exists with other options: apiServers is 1, not 3",
    })
    t.match(await provider.get('stock'), { state: 'running' })
  })

  await t.test('up brings back what has died, on the same port and with the same objects', async (t) => {
    const core = kubeConfig.makeApiClient(CoreV1Api)
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'kept' } } })
    for (const { pid } of await findClusterProcesses(layout)) process.kill(pid, 'SIGKILL')
    while ((await findClusterProcesses(layout)).length > 0);
    t.match(await provider.list(), [{ name: 'stock', state: 'stopped' }])
    t.match(await provider.up(options, SILENT_STEPS), { state: 'running', members: cluster.members })
    t.ok(await core.readNamespacedConfigMap({ namespace: 'default', name: 'kept' }))
  })

  await t.test('an API server whose port was taken meanwhile moves, and the kubeconfigs with it', async (t) => {
    await cluster.stopApiServer()
    t.match(await provider.get('stock'), { state: 'degraded' })
    const port = Number(new URL(cluster.members[0]?.server ?? '').port)
    const stranger = createServer().listen(port, '127.0.0.1')
    t.teardown(() => stranger.close())
    const moved = await provider.up(options, SILENT_STEPS)
    t.not(moved.members[0]?.server, `https://127.0.0.1:${port}`)
    t.ok(await loadKubeConfig(kubeconfig).makeApiClient(CoreV1Api).listNamespace())
  })

  await t.test('the logs are there by process', async (t) => {
    const logs = await cluster.logs()
    t.same(Object.keys(logs), ['etcd', 'kube-apiserver-1'])
    t.match(await readFile(logs['kube-apiserver-1'] ?? '', 'utf8'), 'Version: v1.37.')
  })

  await t.test('down leaves no process, no file and no entry', async (t) => {
    t.equal(await provider.down('stock', SILENT_STEPS), true)
    t.same(await findClusterProcesses(layout), [])
    t.same(await readdir(join(stateFolder, 'clusters')), [])
    t.same(await readdir(join(stateFolder, 'locks')), [])
    t.same(await readdir(runtimeFolder), [])
    t.same(parse(await readFile(kubeconfig, 'utf8')), { ...parse(THEIRS), 'current-context': '' })
    t.equal(await provider.down('stock', SILENT_STEPS), false)
    t.same(await provider.list(), [])
  })
})

t.test('a start that fails says why, and leaves nothing unless it is told to', async (t) => {
  const { provider, stateFolder, runtimeFolder } = await createClusterFolders(t)
  const layout = clusterLayout('broken', stateFolder, runtimeFolder)
  const options = { ...STOCK, name: 'broken', apiServerArgs: ['no-such-flag=1'] }
  const failure = {
    code: 'ERR_CLUSTER_START',
    message: /^cluster 'broken': kube-apiserver-1 ended with code 1 before .*unknown flag: --no-such-flag/s,
  }
  await t.rejects(provider.up(options, SILENT_STEPS), failure)
  t.same(await findClusterProcesses(layout), [])
  t.same(await provider.list(), [])

  await t.rejects(provider.up({ ...options, retain: true }, SILENT_STEPS), failure)
  t.match(await provider.list(), [{ name: 'broken', state: 'degraded' }])
  t.equal(await provider.down('broken', SILENT_STEPS), true)
  t.same(await findClusterProcesses(layout), [])
})

t.test('what a removal that was cut off has left is not taken for a cluster', async (t) => {
  const { provider, stateFolder, runtimeFolder } = await createClusterFolders(t)
  const layout = clusterLayout('stock', stateFolder, runtimeFolder)
  await provider.up(STOCK, SILENT_STEPS)
  for (const { pid } of await findClusterProcesses(layout)) process.kill(pid, 'SIGKILL')
  await rm(layout.state)
  await writeFile(join(layout.etcdData, 'member', 'wal', 'rubbish'), 'x')
  t.same(await provider.list(), [{ name: 'stock', kubernetesVersion: 'unknown', apiServers: 0, state: 'stopped' }])
  t.match(await provider.up(STOCK, SILENT_STEPS), { state: 'running' })
})

function loadKubeConfig(file: string): KubeConfig {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(file)
  return kubeConfig
}

async function readNulSeparated(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\0').slice(0, -1)
}
