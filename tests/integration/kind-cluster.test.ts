import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { KindProvider } from '../../clusters/kind/kind-provider.ts'
import { provideContainerEngine } from '../../containers/provide-engine.ts'
import { SHIM_PLACEMENTS } from '../../plugin/kind/options.ts'
import { SILENT_STEPS, type Steps } from '../../util/steps.ts'
import { connectApi } from '../helpers/api.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'
import { writePolicies } from '../helpers/test-cluster.ts'

const GATEHOUSE = join(import.meta.dirname, '../../cli/gatehouse')
const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const PATH = '/api/v1/namespaces/default/configmaps'
const DENIED = /denied the request/
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'denied', namespace: 'default' } }

const provided = await provideContainerEngine(SILENT_STEPS)
const skip = 'missing' in provided ? provided.missing : false
/** Minutes, on a machine where the node has to be built first. */
const timeout = 60 * 60_000
t.setTimeout(timeout)

for (const placement of SHIM_PLACEMENTS) {
  t.test(`kind, with the shim as ${placement}`, { skip, timeout }, async (t) => {
    const { environment, stateFolder, runtimeFolder } = await createClusterFolders(t)
    const provider = new KindProvider({ stateFolder, runtimeFolder })
    const name = `test-${placement}-${process.pid}`
    t.teardown(() => provider.down(name, SILENT_STEPS))
    const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: CONFIG_MAPS } })
    const gatehouse = execa({ env: environment, reject: false })
    const up = ['cluster', 'up', '--provider=kind', `--name=${name}`, '--feature-gates=WasmPolicies=true']
    const flags = [`--policies=${policies}`, `--shim=${placement}`]
    const started = await gatehouse(GATEHOUSE, [...up, ...flags])
    t.match(started, { exitCode: 0, stdout: /^cluster '.*' runs Kubernetes v1\.37\.2 at https:\/\/127\.0\.0\.1:\d+$/m })

    const cluster = await provider.get(name)
    if (cluster === undefined) throw new Error('there is no cluster')
    t.equal(cluster.state, 'running')
    const api = await connectApi(cluster.kubeconfig)
    t.match((await api.call('POST', PATH, CONFIG_MAP)).text, DENIED, 'the policy decides')
    const images = await cluster.exec(['ctr', '--namespace=k8s.io', 'containers', 'ls'])
    t.equal(/\bgatehouse:/.test(images), placement !== 'host', 'the shim runs where it was put')

    t.match(await gatehouse(GATEHOUSE, [...up, ...flags]), { exitCode: 0 }, 'again: it stays as it is')
    t.match(await gatehouse(GATEHOUSE, [...up, `--policies=${policies}`, '--shim=host', '--api-server-arg=v=1']), {
      exitCode: 3,
      stderr: /exists with other options: apiServerArgs is \[\], not \["v=1"\]/,
    })
    t.match(await gatehouse(GATEHOUSE, ['cluster', 'up', `--name=${name}`]), {
      exitCode: 3,
      stderr: /provider is kind, not local/,
    })
    t.match(await gatehouse(GATEHOUSE, ['cluster', 'list']), {
      stdout: new RegExp(`^${name} +kind +v1\\.37\\.2 +1 +running$`, 'm'),
    })

    await cluster.restartNode()
    t.match((await api.call('POST', PATH, CONFIG_MAP)).text, DENIED, 'after the node was started again')

    const logs = await cluster.logs()
    // of every container in the API server's Pod, before and after the restart
    const ofApiServer = Object.keys(logs).filter((title) => title.includes('kube-apiserver'))
    const texts = await Promise.all(ofApiServer.map((title) => readFile(logs[title] ?? '', 'utf8')))
    t.match(texts.join(''), /Loaded manifest-based webhook configurations/)
    t.match(await gatehouse(GATEHOUSE, ['cluster', 'down', `--name=${name}`]), { stdout: `cluster '${name}' is gone` })
    t.same(await provider.list(), [])
  })
}

t.test('a start that is stopped leaves no node and no files', { skip, timeout }, async (t) => {
  if ('missing' in provided) return
  const { stateFolder, runtimeFolder } = await createClusterFolders(t)
  const provider = new KindProvider({ stateFolder, runtimeFolder })
  const name = `test-stopped-${process.pid}`
  t.teardown(() => provider.down(name, SILENT_STEPS))
  const stop = new AbortController()
  const reason = new Error('that is enough')
  const steps: Steps = {
    note: () => {},
    run: (_title, action) => action((line) => line.includes('Writing configuration') && stop.abort(reason)),
  }
  const options = { name, kubernetesVersion: '1.37', apiServers: 1, signal: stop.signal }
  await t.rejects(provider.up(options, steps), reason)
  t.same(await provider.list(), [])
  t.equal(await provided.engine.run(['ps', '--all', '--quiet', `--filter=name=${name}`]), '')
})
