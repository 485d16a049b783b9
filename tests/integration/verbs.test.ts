import t from 'tap'
import type { Api, ApiAnswer } from '../helpers/api.ts'
import { startTestCluster, type TestPolicy } from '../helpers/test-cluster.ts'

/** One way to reach the API server: what a policy's rule must say, and the request, given a namespace with a Pod `web` in it. */
interface Verb {
  readonly operations: string[]
  readonly apiGroups?: string[]
  readonly resources: string[]
  attempt(api: Api, namespace: string): Promise<ApiAnswer>
}

const pods = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

const VERBS: Record<string, Verb> = {
  create: {
    operations: ['CREATE'],
    resources: ['pods'],
    attempt: (api, namespace) => api.call('POST', pods(namespace), pod('created')),
  },
  'create-generate-name': {
    operations: ['CREATE'],
    resources: ['pods'],
    attempt: (api, namespace) => api.call('POST', pods(namespace), pod(undefined)),
  },
  'create-dry-run': {
    operations: ['CREATE'],
    resources: ['pods'],
    attempt: (api, namespace) => api.call('POST', `${pods(namespace)}?dryRun=All`, pod('dry')),
  },
  'apply-creates': {
    operations: ['CREATE'],
    resources: ['configmaps'],
    attempt: (api, namespace) => apply(api, namespace, 'applied'),
  },
  'apply-updates': {
    operations: ['UPDATE'],
    resources: ['configmaps'],
    attempt: (api, namespace) => apply(api, namespace, 'existing'),
  },
  replace: {
    operations: ['UPDATE'],
    resources: ['configmaps'],
    attempt: (api, namespace) =>
      api.call('PUT', `/api/v1/namespaces/${namespace}/configmaps/existing`, {
        metadata: { name: 'existing' },
        data: { key: 'other' },
      }),
  },
  update: {
    operations: ['UPDATE'],
    resources: ['pods'],
    attempt: (api, namespace) =>
      api.call('PATCH', `${pods(namespace)}/web`, { metadata: { labels: { a: 'b' } } }, MERGE),
  },
  delete: {
    operations: ['DELETE'],
    resources: ['configmaps'],
    attempt: (api, namespace) => api.call('DELETE', `/api/v1/namespaces/${namespace}/configmaps/existing`),
  },
  'delete-collection': {
    operations: ['DELETE'],
    resources: ['secrets'],
    attempt: (api, namespace) => api.call('DELETE', `/api/v1/namespaces/${namespace}/secrets`),
  },
  scale: {
    operations: ['UPDATE'],
    apiGroups: ['apps'],
    resources: ['deployments/scale'],
    attempt: (api, namespace) =>
      api.call(
        'PATCH',
        `/apis/apps/v1/namespaces/${namespace}/deployments/web/scale`,
        { spec: { replicas: 2 } },
        MERGE,
      ),
  },
  status: {
    operations: ['UPDATE'],
    resources: ['pods/status'],
    attempt: (api, namespace) =>
      api.call('PATCH', `${pods(namespace)}/web/status`, { status: { message: 'changed' } }, STRATEGIC),
  },
  eviction: {
    operations: ['CREATE'],
    resources: ['pods/eviction'],
    attempt: (api, namespace) =>
      api.call('POST', `${pods(namespace)}/web/eviction?dryRun=All`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'web', namespace },
      }),
  },
  'ephemeral-containers': {
    operations: ['UPDATE'],
    resources: ['pods/ephemeralcontainers'],
    attempt: (api, namespace) =>
      api.call(
        'PATCH',
        `${pods(namespace)}/web/ephemeralcontainers`,
        { spec: { ephemeralContainers: [{ name: 'debug', image: 'debug' }] } },
        STRATEGIC,
      ),
  },
  exec: {
    operations: ['CONNECT'],
    resources: ['pods/exec'],
    attempt: (api, namespace) => api.call('POST', `${pods(namespace)}/web/exec?command=id&stdout=true`),
  },
  attach: {
    operations: ['CONNECT'],
    resources: ['pods/attach'],
    attempt: (api, namespace) => api.call('POST', `${pods(namespace)}/web/attach?stdout=true`),
  },
}

t.test('every way to reach the API server asks the policy', async (t) => {
  const { api } = await startTestCluster(t, {
    policies: Object.fromEntries(Object.entries(VERBS).map(denyInNamespace)),
  })
  await fillNamespace(api, 'free')

  for (const [name, verb] of Object.entries(VERBS)) {
    await t.test(`${name}: denied where the policy applies, and only there`, async (t) => {
      await fillNamespace(api, name)
      const denied = await verb.attempt(api, name)
      t.equal(denied.status, 400)
      t.match(
        denied.text,
        `admission webhook \\"${name}.policy.gatehouse.internal\\" denied the request: no ${name} here`,
      )
      t.notMatch((await verb.attempt(api, 'free')).text, 'admission webhook')
    })
  }

  await t.test('what was denied was not done', async (t) => {
    const statusOf = async (path: string) => (await api.call('GET', `/api/v1/namespaces/${path}`)).status
    t.equal(await statusOf('create/pods/created'), 404)
    t.equal(await statusOf('delete/configmaps/existing'), 200)
    t.equal(await statusOf('delete-collection/secrets/first'), 200)
    t.equal(await statusOf('free/secrets/first'), 404)
  })

  await t.test('an allowed dry run stores nothing', async (t) => {
    t.equal((await api.call('GET', `${pods('free')}/dry`)).status, 404)
    t.equal((await api.call('GET', `${pods('free')}/created`)).status, 200)
  })
})

function denyInNamespace([name, { operations, apiGroups = [''], resources }]: [string, Verb]): [string, TestPolicy] {
  const policy: TestPolicy = {
    guest: 'deny',
    message: `no ${name} here`,
    rules: [{ apiGroups, apiVersions: ['*'], operations, resources }],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  }
  return [name, policy]
}

/** Everything that some request above needs to be there already, made by requests that no rule of that namespace matches. */
async function fillNamespace(api: Api, name: string): Promise<void> {
  const namespace = `/api/v1/namespaces/${name}`
  await api.must('POST', '/api/v1/namespaces', { metadata: { name } })
  if (!name.startsWith('create')) await api.must('POST', `${namespace}/pods`, pod('web'))
  if (name !== 'apply-creates') await api.must('POST', `${namespace}/configmaps`, { metadata: { name: 'existing' } })
  for (const secret of ['first', 'second'])
    await api.must('POST', `${namespace}/secrets`, { metadata: { name: secret } })
  await api.must('POST', `/apis/apps/v1/namespaces/${name}/deployments`, {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: pod('web').spec },
    },
  })
}

function pod(name: string | undefined) {
  return {
    metadata: name === undefined ? { generateName: 'generated-' } : { name },
    spec: { containers: [{ name: 'web', image: 'web' }] },
  }
}

function apply(api: Api, namespace: string, name: string): Promise<ApiAnswer> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: 'value' } }
  return api.call('PATCH', `/api/v1/namespaces/${namespace}/configmaps/${name}?fieldManager=test`, object, APPLY)
}
