import t from 'tap'
import { chooseWebhookSource, staticManifestsGates } from '../../plugin/webhook-source.ts'

t.test('unless asked, static manifests are used where the version has them without a gate', async (t) => {
  const chosen = ['1.35', 'v1.36.3', '1.37', 'v1.37.2', 'v1.38.0-rc.1', 'v1.137.0+k3s1'].map((version) => [
    version,
    chooseWebhookSource(version),
  ])
  t.strictSame(chosen, [
    ['1.35', 'api'],
    ['v1.36.3', 'api'],
    ['1.37', 'static'],
    ['v1.37.2', 'static'],
    ['v1.38.0-rc.1', 'static'],
    ['v1.137.0+k3s1', 'static'],
  ])
})

t.test('1.36 has them behind its gate, and both sources can be asked for', async (t) => {
  t.equal(chooseWebhookSource('1.36', 'static'), 'static')
  t.equal(chooseWebhookSource('1.37', 'api'), 'api')
  t.strictSame(staticManifestsGates('1.36'), ['ManifestBasedAdmissionControlConfig=true'])
  t.strictSame(staticManifestsGates('1.37'), [])
})

t.test('a version that would not start with them is refused', async (t) => {
  t.throws(() => chooseWebhookSource('v1.35.4', 'static'), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: 'Kubernetes v1.35.4 has no static webhook manifests',
    hint: /since 1\.36/,
  })
})

t.test('what is no version is refused', async (t) => {
  for (const text of ['', '1', '2.1', '1.37.', 'latest', '1.37.2.1']) {
    t.throws(() => chooseWebhookSource(text), {
      code: 'ERR_PLUGIN_OPTIONS',
      message: `'${text}' is not a Kubernetes version`,
    })
  }
})
