import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { K3sProvider } from '../../clusters/k3s/k3s-provider.ts'
import { provideContainerEngine } from '../../containers/provide-engine.ts'
import { WEBHOOK_SOURCES } from '../../plugin/webhook-source.ts'
import { SILENT_STEPS, type Steps } from '../../util/steps.ts'
import { connectApi } from '../helpers/api.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'
import { findK3s } from '../helpers/find-k3s.ts'
import { writePolicies } from '../helpers/test-cluster.ts'
import { until } from '../helpers/until.ts'

const GATEHOUSE = join(import.meta.dirname, '../../cli/gatehouse')
const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const PATH = '/api/v1/namespaces/default/configmaps'
const DENIED = /denied the request/
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'denied', namespace: 'default' } }

const provided = await provideContainerEngine(SILENT_STEPS)
const places = await findK3s(provided)
/** Minutes, on a machine where a stand-in has to be built first. */
const timeout = 60 * 60_000
t.setTimeout(timeout)

for (const { title, nodeImage, kubernetesVersion, skip } of places) {
  const image = nodeImage === undefined ? [] : [`--node-image=${nodeImage}`]
  const version = kubernetesVersion.replaceAll(/[.+]/g, '\\$&')
  for (const webhooks of WEBHOOK_SOURCES) {
    t.test(`${title}: policies as ${webhooks} webhooks decide, over the socket`, { skip, timeout }, async (t) => {
      const { environment, stateFolder, runtimeFolder } = await createClusterFolders(t)
      const provider = new K3sProvider({ stateFolder, runtimeFolder })
      const name = `test-${webhooks}-${process.pid}`
      t.teardown(() => provider.down(name, SILENT_STEPS))
      const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: CONFIG_MAPS } })
      const gatehouse = execa({ env: environment, reject: false })
      const up = ['cluster', 'up', '--provider=k3s', `--name=${name}`, '--feature-gates=WasmPolicies=true']
      const flags = [...image, `--policies=${policies}`, `--webhooks=${webhooks}`]
      const started = await gatehouse(GATEHOUSE, [...up, ...flags])
      t.match(started, {
        exitCode: 0,
        stdout: new RegExp(`runs Kubernetes ${version} at https://127\\.0\\.0\\.1:\\d+$`, 'm'),
      })

      const cluster = await provider.get(name)
      if (cluster === undefined) throw new Error('there is no cluster')
      t.equal(cluster.state, 'running')
      const api = await connectApi(cluster.kubeconfig)
      const ask = async () => (await api.call('POST', PATH, CONFIG_MAP)).text
      t.match(await ask(), DENIED, 'the policy decides')
      await cluster.stopShim()
      t.match(await ask(), /dial unix .*gatehouse\.sock: connect/, 'and nobody decides without the socket')
      await cluster.startShim()

      t.match(await gatehouse(GATEHOUSE, [...up, ...flags]), { exitCode: 0 }, 'again: it stays as it is')
      t.match(await gatehouse(GATEHOUSE, [...up, ...flags, '--api-server-arg=v=1']), {
        exitCode: 3,
        stderr: /exists with other options: apiServerArgs is \[\], not \["v=1"\]/,
      })
      const list = () => gatehouse(GATEHOUSE, ['cluster', 'list'])
      t.match(await list(), { stdout: new RegExp(`^${name} +k3s +${version} +1 +running$`, 'm') })

      await cluster.stopK3s()
      t.match(await list(), { stdout: new RegExp(`^${name} +k3s +${version} +1 +degraded$`, 'm') })
      t.match(await gatehouse(GATEHOUSE, [...up, ...flags]), { exitCode: 0 }, 'started again')
      t.match(await ask(), DENIED, 'the policy decides as before, under the same address')

      const logs = await cluster.logs()
      t.strictSame(Object.keys(logs), ['k3s', 'shim-1'])
      const isStatic = webhooks === 'static'
      const said = await readFile(logs['k3s'] ?? '', 'utf8')
      t.equal(/Loaded manifest-based webhook configurations/.test(said), isStatic)
      t.match(await gatehouse(GATEHOUSE, ['cluster', 'down', `--name=${name}`]), {
        stdout: `cluster '${name}' is gone`,
      })
      t.same(await provider.list(), [])
    })
  }

  t.test(`${title}: a start that is stopped leaves no container and no files`, { skip, timeout }, async (t) => {
    if ('missing' in provided) return
    const { stateFolder, runtimeFolder } = await createClusterFolders(t)
    const provider = new K3sProvider({ stateFolder, runtimeFolder })
    const name = `test-stopped-${process.pid}`
    t.teardown(() => provider.down(name, SILENT_STEPS))
    const listContainers = () => provided.engine.run(['ps', '--all', '--quiet', `--filter=name=${name}`])
    const stop = new AbortController()
    const reason = new Error('that is enough')
    const steps: Steps = {
      note: () => {},
      async run(title, action) {
        const done = action(() => {})
        if (!title.startsWith('Starting k3s')) return done
        await until(async () => (await listContainers()) !== '')
        stop.abort(reason)
        return done
      },
    }
    const options = { name, kubernetesVersion: '1.37', apiServers: 1, ...(nodeImage !== undefined && { nodeImage }) }
    await t.rejects(provider.up({ ...options, signal: stop.signal }, steps), reason)
    t.same(await provider.list(), [])
    t.equal(await listContainers(), '')
  })
}

t.test('an image whose program ends is reported with what it said, and leaves nothing', async (t) => {
  const place = places.find(({ skip, nodeImage }) => skip === false && nodeImage !== undefined)
  if (place?.nodeImage === undefined) return
  const { stateFolder, runtimeFolder } = await createClusterFolders(t)
  const provider = new K3sProvider({ stateFolder, runtimeFolder })
  const options = { name: `test-broken-${process.pid}`, kubernetesVersion: '1.37', apiServers: 1 }
  const { nodeImage } = place
  const apiServerArgs = ['no-such-flag=1']
  await t.rejects(provider.up({ ...options, nodeImage, apiServerArgs }, SILENT_STEPS), {
    code: 'ERR_CLUSTER_START',
    message: /k3s did not start: .*\n(.*\n)*.*unknown flag: --no-such-flag/,
  })
  t.same(await provider.list(), [])
})
