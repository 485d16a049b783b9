import t from 'tap'
import { apiServerAdditions, apiServerObjects, noProxyEnvironment } from '../../plugin/api-server.ts'
import { parseFeatureGates } from '../../plugin/feature-gates.ts'

const options = {
  socket: '/run/gatehouse/gatehouse.sock',
  egressSelectorFile: '/etc/kubernetes/gatehouse/egress-selector.yaml',
  environment: { HTTPS_PROXY: 'http://proxy:3128' },
}
const webhooks = {
  policies: [{ id: 'a', mutating: false, rules: [] }],
  client: { host: 'admission.gatehouse.internal' },
  caBundle: '-----BEGIN CERTIFICATE-----',
}

t.test('with the gate off, flags, environment and objects are those of a stock API server', async (t) => {
  const off = parseFeatureGates('WasmPolicies=false')
  t.strictSame(apiServerAdditions(off, options), { flags: [], environment: {} })
  t.strictSame(apiServerObjects(off, webhooks), [])
})

t.test(
  'with the gate on, the API server is given one flag, one file and the name that no proxy may take',
  async (t) => {
    const on = parseFeatureGates('WasmPolicies=true')
    const { flags, environment, egressSelector } = apiServerAdditions(on, options)
    t.strictSame(flags, ['--egress-selector-config-file=/etc/kubernetes/gatehouse/egress-selector.yaml'])
    t.strictSame(environment, { NO_PROXY: 'admission.gatehouse.internal', no_proxy: 'admission.gatehouse.internal' })
    t.equal(egressSelector?.kind, 'EgressSelectorConfiguration')
    t.strictSame(
      apiServerObjects(on, webhooks).map(({ kind }) => kind),
      ['ValidatingWebhookConfiguration'],
    )
  },
)

t.test('static manifests add the file that names their folders, and the gate where the version has one', async (t) => {
  const on = parseFeatureGates('WasmPolicies=true')
  const flagsOf = (kubernetesVersion: string) =>
    apiServerAdditions(on, {
      ...options,
      staticManifests: {
        kubernetesVersion,
        folders: { validating: '/v', mutating: '/m' },
        admissionConfigurationFile: '/etc/gatehouse/admission.yaml',
      },
    }).flags.slice(1)
  t.strictSame(flagsOf('1.37'), ['--admission-control-config-file=/etc/gatehouse/admission.yaml'])
  t.strictSame(flagsOf('1.36'), [
    '--feature-gates=ManifestBasedAdmissionControlConfig=true',
    '--admission-control-config-file=/etc/gatehouse/admission.yaml',
  ])
})

t.test('what was exempt from the proxy stays exempt, in whichever spelling it was given', async (t) => {
  const both = (list: string) => ({ NO_PROXY: list, no_proxy: list })
  t.strictSame(
    noProxyEnvironment({ NO_PROXY: '10.0.0.0/8, .svc' }),
    both('10.0.0.0/8,.svc,admission.gatehouse.internal'),
  )
  t.strictSame(noProxyEnvironment({ no_proxy: '.svc' }), both('.svc,admission.gatehouse.internal'))
  t.strictSame(noProxyEnvironment({ NO_PROXY: '', no_proxy: '.svc' }), both('.svc,admission.gatehouse.internal'))
  t.strictSame(
    noProxyEnvironment({ NO_PROXY: 'a', no_proxy: 'b' }),
    both('a,admission.gatehouse.internal'),
    'as Go reads it',
  )
  t.strictSame(noProxyEnvironment({ NO_PROXY: 'shim' }, 'shim:8443'), both('shim'), 'once is enough')
  t.strictSame(noProxyEnvironment({}, '[::1]:8443'), both('::1'), 'an address without its brackets')
})
