import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { ClusterOptions } from '../../clusters/cluster-provider.ts'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { writeManifests } from '../../clusters/manifests.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { type Api, connectApi } from '../helpers/api.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'
import { readMetrics, writePolicies } from '../helpers/test-cluster.ts'

const VERSIONS = (process.env['GATEHOUSE_TEST_VERSIONS'] ?? '1.37').split(',')
const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const REGISTRATION = '/apis/admissionregistration.k8s.io/v1'
const VALIDATING = `${REGISTRATION}/validatingwebhookconfigurations`
const DENY = { deny: { guest: 'deny', rules: CONFIG_MAPS } } as const

function createConfigMap(api: Api) {
  return api.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { generateName: 'a-' } })
}

/** The webhook configurations that are API objects, by name. */
async function listObjects(api: Api): Promise<string[]> {
  const lists = [VALIDATING, `${REGISTRATION}/mutatingwebhookconfigurations`].map((path) =>
    api.must<{ items: { metadata: { name: string } }[] }>('GET', path),
  )
  return (await Promise.all(lists)).flatMap(({ items }) => items.map(({ metadata }) => metadata.name))
}

function webhooks(name: string, expression = 'false') {
  const webhook = {
    name: 'theirs.example.com',
    clientConfig: { url: 'https://theirs.example.com/' },
    rules: CONFIG_MAPS,
    matchConditions: [{ name: 'never', expression }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
  return { metadata: { name }, webhooks: [webhook] }
}

t.test('on 1.37 the policies lie on the disk of the API server', async (t) => {
  const { provider } = await createClusterFolders(t)
  const folder = t.testdir()
  const deletions = [
    {
      apiGroups: ['admissionregistration.k8s.io'],
      apiVersions: ['*'],
      operations: ['DELETE'],
      resources: ['validatingwebhookconfigurations'],
    },
  ]
  const policies = writePolicies(folder, { ...DENY, guard: { guest: 'deny', rules: deletions } })
  const wasmPolicies = { policies, defaultExclusions: true }
  const options: ClusterOptions = { name: 'static', kubernetesVersion: '1.37', apiServers: 1, wasmPolicies }
  const cluster = await provider.up(options, SILENT_STEPS)
  const manifests = join(cluster.folder, 'member-1', 'static-manifests')
  let api = await connectApi(cluster.kubeconfig)

  await t.test('they decide, under the names that users know, and are no API objects', async (t) => {
    const denied = await createConfigMap(api)
    t.equal(denied.status, 400)
    t.match(denied.text, 'denied the request: policy deny: ')
    t.same(await listObjects(api), [])
  })

  await t.test('nobody takes them away by the API, not even system:masters', async (t) => {
    t.equal((await api.call('DELETE', `${VALIDATING}/gatehouse.static.k8s.io`)).status, 404)
    const weaker = await api.call('POST', VALIDATING, webhooks('gatehouse.static.k8s.io'))
    t.equal(weaker.status, 422)
    t.match(weaker.text, '.static.k8s.io')
    const path = `${VALIDATING}/gatehouse.static.k8s.io`
    t.equal((await api.call('PUT', path, webhooks('gatehouse.static.k8s.io'))).status, 404)
    t.equal((await api.call('PATCH', path, { webhooks: [] }, 'application/merge-patch+json')).status, 404)
    const applied = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' }
    const content = { ...applied, ...webhooks('gatehouse.static.k8s.io') }
    const apply = await api.call('PATCH', `${path}?fieldManager=a&force=true`, content, 'application/apply-patch+yaml')
    t.equal(apply.status, 422)
    t.equal((await api.call('DELETE', VALIDATING)).status, 200, 'all that there are, which are none of ours')
    t.equal((await createConfigMap(api)).status, 400)
  })

  await t.test('a policy about webhook configurations is asked', async (t) => {
    await api.must('POST', VALIDATING, webhooks('theirs'))
    const denied = await api.call('DELETE', `${VALIDATING}/theirs`)
    t.match(denied.text, 'denied the request: policy guard: ')
  })

  await t.test('an operator can ask it about the manifests for another API server', async (t) => {
    const out = join(folder, 'out')
    const { files } = await writeManifests(out, {
      policies,
      certificateFolder: join(folder, 'certs'),
      client: { host: 'admission.gatehouse.internal' },
      socket: '/run/gatehouse/gatehouse.sock',
      exclusions: 'default',
      kubernetesVersion: '1.37',
      existing: {},
      kubeconfig: cluster.kubeconfig,
    })
    t.ok(files.includes(join(out, 'validating/gatehouse.yaml')))
    t.same(await listObjects(api), ['theirs'], 'asking leaves nothing behind')
  })

  await t.test('they hold when the API server comes back, from its first answer on', async (t) => {
    await cluster.stopApiServer()
    const statuses = new Set<number>()
    let isStarting = true
    const asking = (async () => {
      while (isStarting) {
        statuses.add(
          await createConfigMap(api).then(
            ({ status }) => status,
            () => 0,
          ),
        )
      }
    })()
    await cluster.startApiServer().finally(() => {
      isStarting = false
    })
    await asking
    t.ok(statuses.has(0), 'asked from before it listened')
    t.notOk(statuses.has(201), [...statuses].join())
  })

  await t.test('changed policies are in force after the next up, and removed ones are gone', async (t) => {
    writePolicies(folder, { allow: { guest: 'accept', rules: CONFIG_MAPS, allowedToMutate: true } })
    await provider.up(options, SILENT_STEPS)
    t.equal((await createConfigMap(api)).status, 201)
    t.same(
      [
        existsSync(join(manifests, 'validating/gatehouse.yaml')),
        existsSync(join(manifests, 'mutating/gatehouse.yaml')),
      ],
      [false, true],
    )
    await api.must('DELETE', `${VALIDATING}/theirs`)
    writePolicies(folder, DENY)
    await provider.up(options, SILENT_STEPS)
    t.equal((await createConfigMap(api)).status, 400)
  })

  await t.test('they move to API objects and back, registered once, and the options are remembered', async (t) => {
    const pid = await cluster.pidOf('kube-apiserver-1')
    const asObjects = { ...options, wasmPolicies: { ...wasmPolicies, webhooks: 'api' } } as const
    await provider.up(asObjects, SILENT_STEPS)
    api = await connectApi(cluster.kubeconfig)
    t.not(await cluster.pidOf('kube-apiserver-1'), pid, 'an API server learns only at its start')
    t.same(await listObjects(api), ['gatehouse'])
    t.notOk(existsSync(manifests))
    t.equal((await createConfigMap(api)).status, 400)

    await provider.up(options, SILENT_STEPS)
    api = await connectApi(cluster.kubeconfig)
    t.same(await listObjects(api), [])
    t.equal((await createConfigMap(api)).status, 400)
  })
})

t.test('files that the user gives are merged with ours, or refused where both want the same', async (t) => {
  const { provider } = await createClusterFolders(t)
  const folder = t.testdir()
  const policies = writePolicies(folder, DENY)
  const file = join(folder, 'admission.yaml')
  const egress = join(folder, 'egress.yaml')
  await writeFile(egress, egressSelector('etcd'))
  const options: ClusterOptions = {
    name: 'merged',
    kubernetesVersion: '1.37',
    apiServers: 1,
    apiServerArgs: [`admission-control-config-file=${file}`, `egress-selector-config-file=${egress}`],
    wasmPolicies: { policies, defaultExclusions: true },
  }
  await writeFile(file, admission('ValidatingAdmissionWebhook', { staticManifestsDir: folder }))
  await t.rejects(provider.up(options, SILENT_STEPS), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: `${file} gives ValidatingAdmissionWebhook the staticManifestsDir ${folder} already, and a plugin has one`,
  })

  await writeFile(file, admission('PodSecurity', {}))
  await writeFile(egress, egressSelector('controlplane'))
  await t.rejects(provider.up(options, SILENT_STEPS), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: `${egress} has the egress selection 'controlplane' already: {"proxyProtocol":"Direct"}`,
  })

  await writeFile(egress, egressSelector('cluster'))
  const security = { apiVersion: 'pod-security.admission.config.k8s.io/v1', kind: 'PodSecurityConfiguration' }
  await writeFile(file, admission('PodSecurity', { ...security, defaults: { enforce: 'restricted' } }))
  const { kubeconfig } = await provider.up(options, SILENT_STEPS)
  const api = await connectApi(kubeconfig)
  t.equal((await createConfigMap(api)).status, 400)
  const pod = { metadata: { name: 'a' }, spec: { containers: [{ name: 'a', image: 'a' }] } }
  t.match((await api.call('POST', '/api/v1/namespaces/default/pods', pod)).text, 'violates PodSecurity')
})

function egressSelector(name: string): string {
  const egressSelections = [{ name, connection: { proxyProtocol: 'Direct' } }]
  return JSON.stringify({
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections,
  })
}

function admission(name: string, fields: object): string {
  const v1 = 'apiserver.config.k8s.io/v1'
  const configuration = { apiVersion: v1, kind: 'WebhookAdmissionConfiguration', ...fields }
  return JSON.stringify({ apiVersion: v1, kind: 'AdmissionConfiguration', plugins: [{ name, configuration }] })
}

t.test('without exclusions the API server is policed from its first write on, by a shim that is there', async (t) => {
  const everything = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }]
  const policies = writePolicies(t.testdir(), { accept: { guest: 'accept', rules: everything } })
  await using cluster = await startLocalCluster({ wasmPolicies: { policies, defaultExclusions: false } })
  const [{ socket = '' } = {}] = cluster.members
  t.match(await readMetrics(socket), /kubewarden_policy_evaluations_total\{.*resource_kind="PriorityClass"/)
})

for (const webhooks of ['static', 'api'] as const) {
  const skip = !VERSIONS.includes('1.36') && 'no 1.36 here'
  t.test(`1.36, source ${webhooks}: policies decide, and reviews of access are not policed`, { skip }, async (t) => {
    const everything = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }]
    const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: everything } })
    await using cluster = await startLocalCluster({
      kubernetesVersion: '1.36',
      apiServerArgs: ['feature-gates=UnknownVersionInteroperabilityProxy=false'],
      wasmPolicies: { policies, defaultExclusions: true, webhooks },
    })
    const api = await connectApi(cluster.kubeconfig)
    t.equal((await createConfigMap(api)).status, 400)
    t.same(await listObjects(api), webhooks === 'api' ? ['gatehouse'] : [])
    const spec = { user: 'a', resourceAttributes: { verb: 'get', resource: 'pods' } }
    t.equal((await api.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { spec })).status, 201)
  })
}
