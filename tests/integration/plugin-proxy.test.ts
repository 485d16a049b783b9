import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { apiServerAdditions } from '../../plugin/api-server.ts'
import { parseFeatureGates } from '../../plugin/feature-gates.ts'
import { webhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { createControlPlane } from '../helpers/control-plane.ts'
import { startRecordingEndpoint } from '../helpers/recording-endpoint.ts'

const PROXY = { HTTPS_PROXY: 'http://127.0.0.1:3128' }
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps?dryRun=All'
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]

t.test('an API server with a proxy in its environment', async (t) => {
  const controlPlane = await createControlPlane(t)
  const socket = join(controlPlane.folder, 'shim.sock')
  const egressSelectorFile = join(controlPlane.folder, 'egress-selector.yaml')
  const options = { socket, egressSelectorFile, environment: PROXY }
  const { flags, environment, egressSelector } = apiServerAdditions(parseFeatureGates('WasmPolicies=true'), options)
  await writeFile(egressSelectorFile, toYaml([egressSelector]))
  const endpoint = await startRecordingEndpoint(t, socket, DEFAULT_WEBHOOK_HOST)

  await t.test('asks the shim, and not the proxy, when it has our variables', async (t) => {
    const api = await controlPlane.start({ flags, environment: { ...PROXY, ...environment } })
    const { validating } = webhookConfigurations({
      policies: [{ id: 'Any ID', mutating: false, rules }],
      client: { host: DEFAULT_WEBHOOK_HOST },
      caBundle: endpoint.caBundle,
    })
    await api.must('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', validating)
    // the API server learns of the webhook from its own watch
    while (endpoint.paths.length === 0) await api.must('POST', CONFIG_MAPS, CONFIG_MAP)
    t.strictSame(endpoint.tunnels[0], {
      target: 'admission.gatehouse.internal:443',
      serverName: 'admission.gatehouse.internal',
      protocols: ['http/1.1'],
    })
    t.equal(endpoint.paths[0], '/validate/Any%20ID?timeout=10s', 'the id arrives as it was escaped')
  })

  await t.test('without them it asks for a tunnel to the proxy, and the request fails closed', async (t) => {
    const before = endpoint.tunnels.length
    const api = await controlPlane.start({ flags, environment: PROXY })
    const { status, text } = await api.call('POST', CONFIG_MAPS, CONFIG_MAP)
    t.equal(endpoint.tunnels[before]?.target, '127.0.0.1:3128')
    t.equal(status, 500)
    t.match(text, /failed calling webhook/)
  })
})
