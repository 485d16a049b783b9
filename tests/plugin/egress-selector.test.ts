import t from 'tap'
import { parse } from 'yaml'
import { egressSelectorConfiguration } from '../../plugin/egress-selector.ts'
import { toYaml } from '../../plugin/yaml.ts'

t.test('URL webhooks take the socket, everything else goes as before, etcd is never touched', async (t) => {
  const configuration = egressSelectorConfiguration({ socket: '/run/gatehouse/gatehouse.sock' })
  const yaml = toYaml([configuration])
  t.equal(
    yaml,
    `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
  - name: controlplane
    connection:
      proxyProtocol: HTTPConnect
      transport:
        uds:
          udsName: /run/gatehouse/gatehouse.sock
  - name: cluster
    connection:
      proxyProtocol: Direct
`,
  )
  t.strictSame(parse(yaml), configuration)
})

t.test('a path that would fail only at the first webhook call is refused now', async (t) => {
  const refusals: [string, RegExp][] = [
    ['', /is not absolute/],
    ['run/gatehouse.sock', /is not absolute/],
    ['unix:///run/gatehouse.sock', /is a URL/],
    ['/run/gatehouse/', /names a folder/],
    ['/run/gate\0house.sock', /NUL/],
    [`/${'x'.repeat(107)}`, /has 108 bytes, a Unix socket's path holds 107/],
    [`/${'ü'.repeat(54)}`, /has 109 bytes/],
  ]
  for (const [socket, message] of refusals) {
    t.throws(() => egressSelectorConfiguration({ socket }), { code: 'ERR_PLUGIN_OPTIONS', message, hint: /./ })
  }
})

t.test('a path of exactly 107 bytes is accepted', async (t) => {
  t.doesNotThrow(() => egressSelectorConfiguration({ socket: `/${'x'.repeat(106)}` }))
})
