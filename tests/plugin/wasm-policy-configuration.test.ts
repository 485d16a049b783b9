import t from 'tap'
import { wasmPolicyConfiguration } from '../../plugin/wasm-policy-configuration.ts'

const OPTIONS = {
  policies: '/etc/policies.yml',
  modules: { 'registry://r/p:v1': '/m/p.wasm' },
  exclusions: 'default',
} as const

t.test('policies run in the API server unless a socket says where reviews go', async (t) => {
  const modes = [OPTIONS, { ...OPTIONS, framedSocket: '/run/framed.sock', compilationCache: '/c' }].map((options) => {
    const [plugin] = wasmPolicyConfiguration(options).plugins as { name: string; configuration: unknown }[]
    return [plugin?.name, plugin?.configuration]
  })
  const common = {
    apiVersion: 'gatehouse.dev/v1alpha1',
    kind: 'WasmPolicyConfiguration',
    policiesFile: '/etc/policies.yml',
  }
  t.strictSame(modes, [
    [
      'WasmPolicy',
      { ...common, mode: 'InProcess', exclusions: 'default', modules: { 'registry://r/p:v1': '/m/p.wasm' } },
    ],
    ['WasmPolicy', { ...common, mode: 'Shim', exclusions: 'default', framedSocket: '/run/framed.sock' }],
  ])
})

t.test('what a file says of other plugins stays, and an entry of the same name is refused', async (t) => {
  const file = (name: string) => ({
    path: '/etc/kubernetes/admission.yaml',
    text: `apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{ name: ${name}, path: other.yaml }]`,
  })
  const { plugins } = wasmPolicyConfiguration(OPTIONS, file('EventRateLimit'))
  t.match(plugins, [{ name: 'EventRateLimit', path: '/etc/kubernetes/other.yaml' }, { name: 'WasmPolicy' }])
  t.throws(
    () => wasmPolicyConfiguration(OPTIONS, file('WasmPolicy')),
    /^\/etc\/kubernetes\/admission.yaml configures WasmPolicy already/,
  )
})
