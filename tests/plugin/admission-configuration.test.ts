import fc from 'fast-check'
import t from 'tap'
import { admissionConfiguration } from '../../plugin/admission-configuration.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { isGatehouseError } from '../../util/errors.ts'

const folders = { validating: '/etc/gatehouse/validating', mutating: '/etc/gatehouse/mutating' }
const V1 = 'apiserver.config.k8s.io/v1'
const plugin = (name: string, fields: object) => ({
  name,
  configuration: { apiVersion: V1, kind: 'WebhookAdmissionConfiguration', ...fields },
})
const OURS = [
  plugin('ValidatingAdmissionWebhook', { staticManifestsDir: folders.validating }),
  plugin('MutatingAdmissionWebhook', { staticManifestsDir: folders.mutating }),
]

function merge(plugins: unknown) {
  const text = JSON.stringify({ apiVersion: V1, kind: 'AdmissionConfiguration', plugins })
  return admissionConfiguration(folders, { path: '/etc/kubernetes/admission.yaml', text }).plugins
}

t.test('each webhook plugin has a folder of its own', async (t) => {
  t.strictSame(admissionConfiguration(folders), { apiVersion: V1, kind: 'AdmissionConfiguration', plugins: OURS })
})

t.test('other plugins stay, and find their files from wherever ours lies', async (t) => {
  const security = { name: 'PodSecurity', configuration: { apiVersion: 'pod-security.admission.config.k8s.io/v1' } }
  const plugins = [security, { name: 'EventRateLimit', path: 'limits/events.yaml' }, { name: 'A', path: '/a.yaml' }]
  t.strictSame(merge(plugins), [
    security,
    { name: 'EventRateLimit', path: '/etc/kubernetes/limits/events.yaml' },
    { name: 'A', path: '/a.yaml' },
    ...OURS,
  ])
})

t.test('the credentials of other webhooks survive', async (t) => {
  const kubeConfigFile = '/etc/kubernetes/webhooks.kubeconfig'
  t.strictSame(merge([plugin('MutatingAdmissionWebhook', { kubeConfigFile })]), [
    OURS[0],
    plugin('MutatingAdmissionWebhook', { kubeConfigFile, staticManifestsDir: folders.mutating }),
  ])
})

t.test(
  'what Kubernetes reads in a file is what it reads after merging, also where YAML has changed since',
  async (t) => {
    const configuration = 'a: yes, b: "yes", c: 0644, d: 1:30, e: 1e3'
    const text = `{apiVersion: ${V1}, kind: AdmissionConfiguration, plugins: [{name: A, configuration: {${configuration}}}]}`
    const yaml = toYaml([admissionConfiguration(folders, { path: '/a.yaml', text })])
    t.match(yaml, /a: true\n +b: "yes"\n +c: 420\n +d: "1:30"\n +e: 1000\n/)
  },
)

t.test('merging our own file changes nothing', async (t) => {
  const ours = admissionConfiguration(folders)
  t.strictSame(admissionConfiguration(folders, { path: '/a.yaml', text: toYaml([ours]) }), ours)
})

t.test('a staticManifestsDir of somebody else is refused by name', async (t) => {
  t.throws(() => merge([plugin('ValidatingAdmissionWebhook', { staticManifestsDir: '/etc/theirs' })]), {
    code: 'ERR_PLUGIN_OPTIONS',
    message:
      '/etc/kubernetes/admission.yaml gives ValidatingAdmissionWebhook the staticManifestsDir /etc/theirs already, and a plugin has one',
  })
})

t.test('a configuration that cannot be merged is refused with the way out', async (t) => {
  t.throws(() => merge([{ name: 'MutatingAdmissionWebhook', path: 'webhooks.yaml' }]), {
    message: /keeps the configuration of MutatingAdmissionWebhook in another file, \/etc\/kubernetes\/webhooks.yaml/,
    hint: /`configuration`/,
  })
  t.throws(() => merge([{ name: 'MutatingAdmissionWebhook', configuration: { kind: 'WebhookAdmission' } }]), {
    message: /by something else than a WebhookAdmissionConfiguration/,
  })
  t.throws(() => merge('none'), { message: /has a field plugins that is no list of objects/ })
})

t.test('whatever a file holds, it is refused, or both plugins end with our folders', async () => {
  const name = fc.constantFrom('ValidatingAdmissionWebhook', 'MutatingAdmissionWebhook', 'Other')
  const theirs = fc.record({ name, path: fc.string(), configuration: fc.jsonValue() }, { requiredKeys: [] })
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(theirs)), (plugins) => {
      const text = JSON.stringify(mergeUnlessRefused(plugins)?.slice(-2))
      return text === undefined || Object.values(folders).every((folder) => text.includes(JSON.stringify(folder)))
    }),
  )
})

function mergeUnlessRefused(plugins: unknown) {
  try {
    return merge(plugins)
  } catch (error) {
    if (isGatehouseError(error)) return undefined
    throw error
  }
}
