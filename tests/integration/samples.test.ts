import { join } from 'node:path'
import t from 'tap'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { packageRoot } from '../../util/package-root.ts'
import { type Api, connectApi } from '../helpers/api.ts'

const PODS = '/api/v1/namespaces/default/pods'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const SERVICES = '/api/v1/namespaces/default/services'
const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
const CRONJOBS = '/apis/batch/v1/namespaces/default/cronjobs'
const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const RUNTIME_DEFAULT = { type: 'RuntimeDefault' }
const UNCONFINED = { type: 'Unconfined' }

interface Pod {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly securityContext: { readonly seccompProfile?: object }
    readonly containers: readonly object[]
  }
}

t.test('the sample policies, as policies/policies.yml puts them in force', async (t) => {
  const policies = join(packageRoot(), 'policies/policies.yml')
  const cluster = await startLocalCluster({ wasmPolicies: { policies, defaultExclusions: true } })
  t.teardown(() => cluster[Symbol.asyncDispose]())
  const api = await connectApi(cluster.kubeconfig)

  await t.test('a mutation reaches what is stored, created or applied, and the caller sees it', async (t) => {
    const created = await api.must<Pod>('POST', PODS, pod('created'))
    t.strictSame(created.spec.securityContext.seccompProfile, RUNTIME_DEFAULT)
    const applied = await applyPod(api, 'applied')
    t.strictSame(applied.spec.securityContext.seccompProfile, RUNTIME_DEFAULT)
    const stored = await api.must<Pod>('GET', `${PODS}/applied`)
    t.strictSame(stored.spec.securityContext.seccompProfile, RUNTIME_DEFAULT)
  })

  await t.test('applying the same manifest again changes nothing', async (t) => {
    const before = await api.must('GET', `${PODS}/applied`)
    const after = (await applyPod(api, 'applied')) as unknown as typeof before
    t.equal(after.metadata.resourceVersion, before.metadata.resourceVersion)
  })

  await t.test('a dry run shows the mutation and stores nothing', async (t) => {
    const shown = await api.must<Pod>('POST', `${PODS}?dryRun=All`, pod('dry'))
    t.strictSame(shown.spec.securityContext.seccompProfile, RUNTIME_DEFAULT)
    t.equal((await api.call('GET', `${PODS}/dry`)).status, 404)
  })

  await t.test('a Pod that chose for itself is left as it is', async (t) => {
    const chosen = pod('chosen', { securityContext: { seccompProfile: UNCONFINED } })
    t.strictSame((await api.must<Pod>('POST', PODS, chosen)).spec.securityContext.seccompProfile, UNCONFINED)
  })

  await t.test('privileged containers are denied wherever they come in', async (t) => {
    const privileged = { name: 'root', image: 'root', securityContext: { privileged: true } }
    const attempts = [
      api.call('POST', PODS, pod('a', { containers: [privileged] })),
      api.call('POST', PODS, pod('b', { initContainers: [privileged] })),
      api.call(
        'PATCH',
        `${PODS}/created/ephemeralcontainers`,
        { spec: { ephemeralContainers: [privileged] } },
        STRATEGIC,
      ),
      api.call('POST', DEPLOYMENTS, deployment({ containers: [privileged] }, { app: 'web', version: '1' })),
    ]
    for (const { status, text } of await Promise.all(attempts)) {
      t.equal(status, 400)
      t.match(text, /denied the request: policy pod-privileged: Privileged .*root/)
    }
  })

  await t.test('what Pods use of their host is denied, but for the ports that the settings allow', async (t) => {
    const containers = (hostPort: number) => [{ name: 'web', image: 'web', ports: [{ containerPort: 80, hostPort }] }]
    const denied = [
      api.call('POST', PODS, pod('a', { hostNetwork: true, hostPID: true })),
      api.call('POST', PODS, pod('b', { containers: containers(80) })),
      api.call('POST', DEPLOYMENTS, deployment({ hostIPC: true }, { app: 'web', version: '1' })),
    ]
    for (const { status, text } of await Promise.all(denied)) {
      t.equal(status, 400)
      t.match(text, /denied the request: policy host-namespaces: Pods may not use .*host/)
    }
    t.equal((await api.call('POST', PODS, pod('c', { containers: containers(8080) }))).status, 201)
  })

  await t.test('settings decide: the labels that are required are named', async (t) => {
    const { status, text } = await api.call('POST', DEPLOYMENTS, deployment({}, { app: 'web' }))
    t.equal(status, 400)
    t.match(text, /denied the request: policy require-labels: .*version/)
    t.equal((await api.call('POST', DEPLOYMENTS, deployment({}, { app: 'web', version: '1' }))).status, 201)
  })

  await t.test('policies in Rego judge what they are asked about, for OPA and for Gatekeeper', async (t) => {
    const foreign = await api.call('POST', CRONJOBS, cronJob('quay.io/web'))
    t.match(foreign, {
      status: 403,
      text: /policy image-sources: quay.io\/web comes from quay.io, which is not allowed; /,
    })
    t.equal((await api.call('POST', CRONJOBS, cronJob('web:1.2'))).status, 201)
    const scale = { spec: { replicas: 100 } }
    const scaled = await api.call('PATCH', `${DEPLOYMENTS}/web/scale`, scale, MERGE)
    t.match(scaled, {
      status: 400,
      text: /policy replica-limits: web has 100 replicas, which is outside of the allowed/,
    })
    t.equal((await api.call('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 2 } }, MERGE)).status, 200)
  })

  await t.test('a policy in Go judges Ingresses, and takes what it allows and its removal', async (t) => {
    const { status, text } = await api.call('POST', INGRESSES, ingress('shop.example.net'))
    t.equal(status, 400)
    t.match(text, /policy ingress-tls: hosts without TLS: shop.example.net; hosts outside of the allowed domains: shop/)
    const covered = ingress('shop.example.org', { tls: [{ hosts: ['*.example.org'], secretName: 'shop' }] })
    t.equal((await api.call('POST', INGRESSES, covered)).status, 201)
    const uncovered = await api.call('PATCH', `${INGRESSES}/web`, { spec: { tls: [] } }, STRATEGIC)
    t.match(uncovered, { status: 400, text: /policy ingress-tls: hosts without TLS: shop.example.org/ })
    t.equal((await api.call('DELETE', `${INGRESSES}/web`)).status, 200)
  })

  await t.test('a policy in JavaScript judges Services, those of the cluster among them', async (t) => {
    const service = (spec: object) => ({ metadata: { name: 'web' }, spec: { ports: [{ port: 80 }], ...spec } })
    const external = await api.call('POST', SERVICES, service({ type: 'ExternalName', externalName: 'example.org' }))
    t.match(external, { status: 400, text: /policy service-types: Services of type ExternalName are not wanted/ })
    const taking = await api.call('POST', SERVICES, service({ externalIPs: ['192.0.2.10'] }))
    t.match(taking, { status: 400, text: /policy service-types: 192.0.2.10 is not to be taken/ })
    t.equal((await api.call('POST', SERVICES, service({ type: 'NodePort' }))).status, 201)
    t.equal((await api.call('GET', `${SERVICES}/kubernetes`)).status, 200)
  })
})

function cronJob(image: string) {
  const template = { spec: { ...pod('', { containers: [{ name: 'web', image }] }).spec, restartPolicy: 'Never' } }
  return { metadata: { name: 'web' }, spec: { schedule: '@daily', jobTemplate: { spec: { template } } } }
}

function ingress(host: string, spec: object = {}) {
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const rules = [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }]
  return { metadata: { name: 'web' }, spec: { rules, ...spec } }
}

function pod(name: string, spec: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'web', image: 'web' }], ...spec },
  }
}

function applyPod(api: Api, name: string): Promise<Pod> {
  return api.must<Pod>('PATCH', `${PODS}/${name}?fieldManager=test`, pod(name), APPLY)
}

function deployment(spec: object, labels: object) {
  const template = { metadata: { labels: { app: 'web' } }, spec: pod('', spec).spec }
  return { metadata: { name: 'web', labels }, spec: { selector: { matchLabels: { app: 'web' } }, template } }
}
