import { createHash } from 'node:crypto'
import t from 'tap'
import { hashStaticManifest, staticWebhookConfigurations } from '../../plugin/static-manifests.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
const options = {
  policies: [
    { id: 'a', mutating: false, rules },
    { id: 'b', mutating: true, rules },
  ],
  client: { host: 'admission.gatehouse.internal' },
  caBundle: '-----BEGIN CERTIFICATE-----',
}

t.test('the objects bear the reserved name, the entries the name that users know', async (t) => {
  const { validating, mutating } = staticWebhookConfigurations(options)
  t.strictSame(
    [validating, mutating].map((object) => object?.metadata?.name),
    ['gatehouse.static.k8s.io', 'gatehouse.static.k8s.io'],
  )
  t.equal(validating?.webhooks?.[0]?.name, 'a.policy.gatehouse.internal')
  t.equal(mutating?.webhooks?.[0]?.clientConfig.url, 'https://admission.gatehouse.internal/validate/b')
})

t.test('a Service is refused: the API server takes URLs only', async (t) => {
  const client = { service: { namespace: 'a', name: 'b' } }
  t.throws(() => staticWebhookConfigurations({ ...options, client }), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: 'static manifests cannot name a Service',
  })
})

t.test('the hash is that of the file and a NUL, and an empty folder has none', async (t) => {
  t.equal(hashStaticManifest('a'), `sha256:${createHash('sha256').update('a\0').digest('hex')}`)
  t.equal(hashStaticManifest(undefined), '')
})
