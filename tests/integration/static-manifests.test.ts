import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { checkWebhooks } from '../../clusters/webhooks/check-webhooks.ts'
import { waitUntilStaticInForce } from '../../clusters/webhooks/wait-static-in-force.ts'
import { apiServerAdditions } from '../../plugin/api-server.ts'
import { staticWebhookConfigurations } from '../../plugin/static-manifests.ts'
import type { WebhookPolicy } from '../../plugin/webhook-policy.ts'
import { toYaml } from '../../plugin/yaml.ts'
import {
  createStaticManifests,
  replaceStaticManifests,
  staticManifestFolders,
} from '../../shim/registration/static-manifests.ts'
import { createAuthority } from '../../util/certificates.ts'
import { type Api, connectApi } from '../helpers/api.ts'
import { createControlPlane } from '../helpers/control-plane.ts'

const EVERYTHING = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'], scope: '*' }]
const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
const { certificate: caBundle } = await createAuthority({ commonName: 'test', ...validity })

function configure(policies: readonly WebhookPolicy[]) {
  return staticWebhookConfigurations({
    policies,
    client: { host: 'shim.internal' },
    caBundle,
    kubernetesVersion: '1.37',
  })
}

function createNamespace(api: Api) {
  return api.call('POST', '/api/v1/namespaces?dryRun=All', { metadata: { name: 'a' } })
}

t.test('static manifests for everything, an empty etcd, and no shim', async (t) => {
  const controlPlane = await createControlPlane(t)
  const file = (name: string) => join(controlPlane.folder, name)
  const everything = configure([
    { id: 'a', mutating: false, rules: EVERYTHING },
    { id: 'b', mutating: true, rules: EVERYTHING },
  ])
  const manifests = file('manifests')
  await createStaticManifests(manifests, everything)
  const { flags, egressSelector, admissionConfiguration } = apiServerAdditions(
    { WasmPolicies: true },
    {
      socket: file('absent.sock'),
      egressSelectorFile: file('egress.yaml'),
      environment: {},
      staticManifests: {
        kubernetesVersion: '1.37',
        folders: staticManifestFolders(manifests),
        admissionConfigurationFile: file('admission.yaml'),
      },
    },
  )
  await writeFile(file('egress.yaml'), toYaml([egressSelector]))
  await writeFile(file('admission.yaml'), toYaml([admissionConfiguration]))

  const early = await connectApi(file('kubeconfig'))
  const statuses = new Set<number>()
  let isStarting = true
  const asking = (async () => {
    while (isStarting)
      statuses.add(
        await createNamespace(early).then(
          ({ status }) => status,
          () => 0,
        ),
      )
  })()
  const api = await controlPlane.start({ flags }).finally(() => {
    isStarting = false
  })
  await asking

  await t.test('the API server comes up, and from its first answer on nothing gets past the policies', async (t) => {
    t.ok(statuses.has(0), 'asked from before it listened')
    t.notOk(statuses.has(201), [...statuses].join())
    const refused = await createNamespace(api)
    t.equal(refused.status, 500)
    t.match(refused.text, /failed calling webhook .*no such file or directory/)
  })

  await t.test('questions about access are not policed, and cannot go round in a circle', async (t) => {
    const spec = { user: 'a', resourceAttributes: { verb: 'get', resource: 'pods' } }
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
    t.equal((await api.call('POST', path, { spec })).status, 201)
    const token = { spec: { token: 'a' } }
    t.equal((await api.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', token)).status, 201)
  })

  await t.test('a file that is edited is in force without a restart', async (t) => {
    const onlyPods = configure([{ id: 'a', mutating: false, rules: [{ ...EVERYTHING[0], resources: ['pods'] }] }])
    await checkWebhooks(api.kubeConfig, onlyPods)
    const startedAt = performance.now()
    await replaceStaticManifests(manifests, onlyPods)
    while ((await createNamespace(api)).status !== 201);
    t.comment(`in force after ${Math.round(performance.now() - startedAt)} ms`)
    await waitUntilStaticInForce(api.kubeConfig, onlyPods)
    await replaceStaticManifests(manifests, everything)
    await waitUntilStaticInForce(api.kubeConfig, everything)
    t.equal((await createNamespace(api)).status, 500)
  })

  await t.test(
    'a file that the API server would not start with is refused by the dry run, which says where',
    async (t) => {
      const matchConditions = [{ name: 'a', expression: 'request.' }]
      const broken = configure([{ id: 'broken', mutating: false, rules: EVERYTHING, matchConditions }])
      await t.rejects(checkWebhooks(api.kubeConfig, broken), {
        code: 'ERR_CLUSTER_API',
        message: /matchConditions\[6\].expression: Invalid value/,
      })
    },
  )

  await t.test(
    'a broken file leaves the old policies in force, is counted, and keeps the next start back',
    async (t) => {
      await writeFile(join(staticManifestFolders(manifests).validating, 'gatehouse.yaml'), 'kind: Pod')
      const failures = /automatic_reloads_total\{[^}]*plugin="ValidatingAdmissionWebhook",status="failure"\} [1-9]/
      while (!failures.test((await api.call('GET', '/metrics')).text));
      t.match((await createNamespace(api)).text, 'failed calling webhook')
      await t.rejects(controlPlane.start({ flags }), { code: 'ERR_PROCESS_EXITED', message: /manifests\/validating/ })
    },
  )
})
