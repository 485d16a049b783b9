import t from 'tap'
import { DEFAULT_WEBHOOK_HOST, parseWebhookHost } from '../../plugin/webhook-host.ts'

t.test(
  'the default is no loopback name, so that the API server speaks HTTP/1.1 over a pool of connections',
  async (t) => {
    t.strictSame(parseWebhookHost(DEFAULT_WEBHOOK_HOST), {
      hostname: 'admission.gatehouse.internal',
      port: 443,
      authority: 'admission.gatehouse.internal',
    })
  },
)

t.test('one spelling for URL, CONNECT target, SNI and certificate', async (t) => {
  const authorities: [string, string][] = [
    ['Admission.Gatehouse.INTERNAL', 'admission.gatehouse.internal'],
    ['admission.gatehouse.internal.', 'admission.gatehouse.internal'],
    ['admission.gatehouse.internal:443', 'admission.gatehouse.internal'],
    ['shim:8443', 'shim:8443'],
    ['localhost', 'localhost'],
    ['127.0.0.1:8443', '127.0.0.1:8443'],
    ['[::1]:8443', '[::1]:8443'],
    ['[0:0:0:0:0:0:0:1]', '[::1]'],
  ]
  for (const [text, authority] of authorities) t.equal(parseWebhookHost(text).authority, authority, text)
  t.equal(parseWebhookHost('[::1]:8443').hostname, '::1', 'what the certificate names has no brackets')
})

t.test(
  'the API server itself is refused, however it is spelled: it would call the webhook with its own credentials',
  async (t) => {
    for (const text of ['kubernetes.default.svc', 'Kubernetes.Default.SVC.', 'kubernetes.default.svc:443']) {
      t.throws(() => parseWebhookHost(text), { code: 'ERR_PLUGIN_OPTIONS', message: /is the API server itself/ })
    }
  },
)

t.test('what is no host is refused before it becomes part of a URL', async (t) => {
  const refused = [
    '',
    ' ',
    'a b',
    'a..b',
    '.a',
    'a..',
    '-a',
    'under_score',
    'https://shim',
    'shim/path',
    'user@shim',
    'shim?x=1',
    'shim#x',
    '%61',
    '::1',
    '[::1',
    '[::1]x',
    '[127.0.0.1]',
    '[fe80::1%eth0]',
    '127.1',
    '0177.0.0.1',
    '1.2.3.4.5',
    'ümläut',
    'x'.repeat(64),
    `${'x.'.repeat(127)}x`,
    'shim:',
    'shim:0',
    'shim:65536',
    'shim:08',
    'shim:https',
    'shim:1:2',
  ]
  for (const text of refused) t.throws(() => parseWebhookHost(text), { code: 'ERR_PLUGIN_OPTIONS', hint: /./ }, text)
})
