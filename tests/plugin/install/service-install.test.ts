import t from 'tap'
import { serviceInstall } from '../../../plugin/install/service-install.ts'
import { parseFlags } from '../../../shim/parse-flags.ts'
import { toShimFlags } from '../../helpers/pod-flags.ts'

const OPTIONS = {
  namespace: 'policies',
  image: 'gatehouse:test',
  replicas: 2,
  events: false,
  registration: 'per-policy',
  policies: [{ name: 'policies.yml', text: '{}\n' }],
  modules: [{ name: 'gatehouse-module-1', bytes: Buffer.from('module') }],
  certificate: { caBundle: 'ca', certificate: 'certificate', key: 'key' },
  webhooks: {
    validating: { kind: 'ValidatingWebhookConfiguration' },
    mutating: { kind: 'MutatingWebhookConfiguration' },
  },
} as const

interface Installed {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  // biome-ignore lint/suspicious/noExplicitAny: objects of all kinds, as a reader of the YAML sees them
  readonly [field: string]: any
}

function install(changes: object = {}): Installed[] {
  return serviceInstall({ ...OPTIONS, ...changes }) as Installed[]
}

function find(objects: readonly Installed[], kind: string): Installed {
  const found = objects.find((object) => object.kind === kind)
  if (found === undefined) throw new Error(`no ${kind}`)
  return found
}

t.test('those that ask come after those that answer, and the namespace first', async (t) => {
  t.strictSame(
    install().map(({ kind }) => kind),
    [
      ...['Namespace', 'ServiceAccount', 'Secret', 'ConfigMap', 'ConfigMap', 'Service', 'Deployment'],
      ...['PodDisruptionBudget', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
    ],
  )
})

t.test('the pods start as a shim that understands its flags', async (t) => {
  for (const events of [false, true]) {
    const [container] = find(install({ events }), 'Deployment')['spec'].template.spec.containers
    const options = parseFlags(toShimFlags(container.args), 0)
    t.match(options, { https: { port: 8443 }, probes: { port: 8081 }, policies: '/etc/gatehouse/policies' })
    t.equal(options.socket, undefined)
  }
})

t.test(
  'the pods reach registries as a sources file says, which is a Secret, and others take their place when it changes',
  async (t) => {
    const objects = install({ sources: 'insecure_sources: [registry.example]\n' })
    const secret = objects.find(({ metadata }) => metadata.name === 'gatehouse-sources')
    t.equal(secret?.kind, 'Secret')
    t.match(Buffer.from(secret?.['data']['sources.yml'], 'base64').toString(), 'insecure_sources')
    const { template } = find(objects, 'Deployment')['spec']
    const [container] = template.spec.containers
    const { sources } = parseFlags(toShimFlags(container.args), 0).modules
    const mount = container.volumeMounts.find(({ name }: { name: string }) => name === 'sources')
    t.equal(sources, `${mount.mountPath}/sources.yml`)
    t.equal(mount.readOnly, true)
    const annotations = [objects, install({ sources: '{}' }), install()].map(
      (some) => find(some, 'Deployment')['spec'].template.metadata.annotations['gatehouse.internal/configuration'],
    )
    t.equal(new Set(annotations).size, 3)
  },
)

t.test('the pods are somebody at registries by a Secret that they read as Docker does', async (t) => {
  const objects = install({ registryUsers: '{"auths":{}}' })
  const secret = objects.find(({ metadata }) => metadata.name === 'gatehouse-registries')
  const { template } = find(objects, 'Deployment')['spec']
  const [container] = template.spec.containers
  const { dockerConfig } = parseFlags(toShimFlags(container.args), 0).modules
  const mount = container.volumeMounts.find(({ mountPath }: { mountPath: string }) => mountPath === dockerConfig)
  const volume = template.spec.volumes.find(({ name }: { name: string }) => name === mount.name)
  t.equal(volume.secret.secretName, secret?.metadata.name)
  const [{ key, path }] = volume.secret.items
  t.equal(path, 'config.json')
  t.equal(Buffer.from(secret?.['data'][key], 'base64').toString(), '{"auths":{}}')
})

t.test('the pods may do nothing, and hold no token, unless they tell of denials', async (t) => {
  const quiet = install()
  t.notOk(quiet.some(({ kind }) => /Role/.test(kind)))
  t.equal(find(quiet, 'Deployment')['spec'].template.spec.automountServiceAccountToken, false)
  const telling = install({ events: true })
  t.strictSame(find(telling, 'ClusterRole')['rules'], [
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  ])
  t.strictSame(find(telling, 'ClusterRoleBinding')['subjects'], [
    { kind: 'ServiceAccount', name: 'gatehouse', namespace: 'policies' },
  ])
})

t.test('a single pod does not keep its node from being drained', async (t) => {
  t.notOk(install({ replicas: 1 }).some(({ kind }) => kind === 'PodDisruptionBudget'))
})

t.test('other policies, modules too, are other pods', async (t) => {
  const annotations = (changes: object) =>
    find(install(changes), 'Deployment')['spec'].template.metadata.annotations['gatehouse.internal/configuration']
  t.equal(annotations({}), annotations({ certificate: { caBundle: 'b', certificate: 'c', key: 'k' } }))
  t.not(annotations({}), annotations({ policies: [{ name: 'policies.yml', text: 'other: {}\n' }] }))
  t.not(annotations({}), annotations({ modules: [{ name: 'gatehouse-module-2', bytes: Buffer.from('other') }] }))
})
