import t from 'tap'
import { webhookClientConfig } from '../../plugin/webhook-client.ts'

const CA = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const host = 'admission.gatehouse.internal'

t.test('the URL form takes the socket', async (t) => {
  t.strictSame(webhookClientConfig('pod-privileged', { host }, CA), {
    url: 'https://admission.gatehouse.internal/validate/pod-privileged',
    caBundle: Buffer.from(CA).toString('base64'),
  })
})

t.test('the Service form takes the network', async (t) => {
  t.strictSame(webhookClientConfig('pod-privileged', { service: { namespace: 'gatehouse', name: 'policies' } }, CA), {
    service: { namespace: 'gatehouse', name: 'policies', port: 443, path: '/validate/pod-privileged' },
    caBundle: Buffer.from(CA).toString('base64'),
  })
})

t.test('an id never leaves its path segment, and the URL never has a query, a user or a fragment', async (t) => {
  for (const id of ['a b', 'a?b', 'a#b', 'a%2Fb', 'a@b', 'ümläut', '...', '\u0000']) {
    const url = new URL(webhookClientConfig(id, { host }, CA).url ?? '')
    t.equal(decodeURIComponent(url.pathname), `/validate/${id}`)
    t.strictSame([url.protocol, url.host, url.search, url.hash, url.username], ['https:', host, '', '', ''])
  }
})

t.test('an id that the API server would take apart is refused', async (t) => {
  for (const id of ['', '.', '..', 'a/b', '../b', '\ud800']) {
    t.throws(
      () => webhookClientConfig(id, { host }, CA),
      { code: 'ERR_PLUGIN_OPTIONS', hint: /Rename/ },
      JSON.stringify(id),
    )
  }
})

t.test('behind a Service an id must be a DNS name, since the API server takes no other path', async (t) => {
  const service = { namespace: 'gatehouse', name: 'policies' }
  for (const id of ['Upper', 'a_b', 'a b', 'ü', '..']) {
    t.throws(() => webhookClientConfig(id, { service }, CA), {
      code: 'ERR_PLUGIN_OPTIONS',
      message: /cannot be served by a Service/,
    })
  }
})

t.test('the API server itself is no Service to send webhooks to', async (t) => {
  const service = { namespace: 'default', name: 'kubernetes' }
  t.throws(() => webhookClientConfig('a', { service }, CA), { code: 'ERR_PLUGIN_OPTIONS' })
})

t.test('a CA bundle is certificates, and nothing that must stay secret', async (t) => {
  const key = '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n'
  t.throws(() => webhookClientConfig('a', { host }, ''), { message: /holds no PEM certificate/ })
  t.throws(() => webhookClientConfig('a', { host }, CA + key), { message: /holds a private key/ })
})
