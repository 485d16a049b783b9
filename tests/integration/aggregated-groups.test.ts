import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { ClusterOptions } from '../../clusters/cluster-provider.ts'
import { clusterLayout } from '../../clusters/local/layout.ts'
import type { Steps } from '../../util/steps.ts'
import { type Api, type ApiAnswer, connectApi } from '../helpers/api.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'
import { runCommand } from '../helpers/command.ts'
import { examine, messagesOf } from '../helpers/doctor.ts'
import { aggregatorFlags, FLUNDERS, startSampleApiServer } from '../helpers/sample-apiserver.ts'
import { type TestPolicy, writePolicies } from '../helpers/test-cluster.ts'
import { until } from '../helpers/until.ts'

t.setTimeout(600_000)

const { provider, stateFolder, runtimeFolder } = await createClusterFolders(t)
const layout = clusterLayout('aggregated', stateFolder, runtimeFolder)
const folder = t.testdir()
const adminSocket = join(layout.sockets, 'shim-1', 'admin.sock')

const EVERYWHERE: TestPolicy = { guest: 'deny', rules: rulesFor('*') }
const NAMED: TestPolicy = { guest: 'deny', rules: rulesFor('wardle.example.com') }

function rulesFor(group: string) {
  return [{ apiGroups: [group], apiVersions: ['*'], operations: ['CREATE'], resources: ['configmaps', 'flunders'] }]
}

/** What `gatehouse cluster up` does with these policies, the first time and again; returns what it tells the operator. */
async function up(policies: Readonly<Record<string, TestPolicy>>): Promise<string[]> {
  const notes: string[] = []
  const steps: Steps = { run: (_title, action) => action(() => {}), note: (text) => notes.push(text) }
  const options: ClusterOptions = {
    name: 'aggregated',
    kubernetesVersion: '1.37',
    apiServers: 1,
    apiServerArgs: aggregatorFlags(layout),
    wasmPolicies: { policies: writePolicies(folder, policies), defaultExclusions: true, webhooks: 'api' },
  }
  await provider.up(options, steps)
  return notes
}

function createFlunder(api: Api): Promise<ApiAnswer> {
  const metadata = { generateName: 'a-' }
  return api.call('POST', FLUNDERS, { apiVersion: 'wardle.example.com/v1alpha1', kind: 'Flunder', metadata, spec: {} })
}

function createConfigMap(api: Api): Promise<ApiAnswer> {
  return api.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { generateName: 'a-' } })
}

/** The aggregated server learns of webhooks by a watch of its own. */
async function createFlunderUntil(api: Api, isWanted: (answer: ApiAnswer) => boolean): Promise<ApiAnswer> {
  for (;;) {
    const answer = await createFlunder(api)
    if (isWanted(answer)) return answer
  }
}

await up({ everywhere: EVERYWHERE })
const { kubeconfig, cluster } = await open()
const api = await connectApi(kubeconfig)
// what it registered stays as it is
await cluster.stopShim()
await startSampleApiServer(layout, kubeconfig, api)

async function open() {
  const cluster = await provider.get('aggregated')
  if (cluster === undefined) throw new Error('it is not there')
  return { cluster, kubeconfig: cluster.kubeconfig }
}

async function warnings(): Promise<string[]> {
  const findings = await examine({
    adminSocket,
    kubeconfig,
    pid: (await cluster.pidOf('kube-apiserver-1')) ?? 0,
  })
  return messagesOf(findings, 'warning').filter((message) => message.startsWith('aggregated-groups: '))
}

t.test(
  'an aggregated API server runs the webhooks and cannot reach the shim: under Fail nobody writes there',
  async (t) => {
    const { status, text } = await createFlunderUntil(api, (answer) => answer.status !== 201)
    t.equal(status, 500)
    t.match(text, /failed calling webhook .*everywhere.*admission\.gatehouse\.internal/)
    t.match(await warnings(), [/v1alpha1\.wardle\.example\.com is answered by a server of its own/])
  },
)

t.test('a shim that registers leaves its group out of wildcards, which hold everywhere else', async (t) => {
  await cluster.startShim()
  t.equal((await createFlunderUntil(api, (answer) => answer.status !== 500)).status, 201)
  const { status, text } = await createConfigMap(api)
  t.equal(status, 400)
  t.match(text, 'everywhere')
  t.strictSame(await warnings(), [])
  t.match(await up({ everywhere: EVERYWHERE }), [/^the group wardle\.example\.com is left out of wildcards/])
  t.equal((await createFlunder(api)).status, 201)
})

t.test('a policy that names the group is reported, and failurePolicy decides there', async (t) => {
  const notes = await up({ everywhere: EVERYWHERE, named: NAMED })
  t.match(notes.at(-1), /^policy named names wardle\.example\.com, .* failurePolicy decides$/)
  t.equal((await createFlunderUntil(api, (answer) => answer.status !== 201)).status, 500)
  t.match(await warnings(), [/wardle/])
  const status = () => runCommand('status', '--admin-socket', adminSocket)
  await until(async () => /aggregated +policy named names wardle\.example\.com/.test((await status()).stdout))
  t.match((await status()).stdout, /aggregated +the group wardle\.example\.com is left out of wildcards/)
})

t.test('gatehouse manifests asks the API server and says the same', async (t) => {
  const out = join(folder, 'out')
  const policies = writePolicies(join(folder, 'own'), { everywhere: EVERYWHERE, named: NAMED })
  const common = ['--policies', policies, '--kubeconfig', kubeconfig, '--cert-dir', join(folder, 'pki'), '--out', out]
  const perPolicy = await runCommand('manifests', ...common, '--webhooks', 'api', '--registration', 'per-policy')
  t.equal(perPolicy.code, 0)
  t.match(perPolicy.stderr, /^the group wardle\.example\.com is left out .*\npolicy named names wardle\.example\.com, /)
  const webhooks = await readFile(join(out, 'webhooks.yaml'), 'utf8')
  t.equal(webhooks.match(/!\(request\.resource\.group in \["wardle\.example\.com"\]\)/g)?.length, 1)
  const fixed = await runCommand('manifests', ...common, '--kubernetes-version', '1.37')
  t.equal(fixed.code, 0)
  t.match(fixed.stderr, /^policy named names wardle\.example\.com, .*: it reads no static manifests/)
})
