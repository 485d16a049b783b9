import fc from 'fast-check'
import t from 'tap'
import { parse } from 'yaml'
import { egressSelectorConfiguration, mergeEgressSelector } from '../../plugin/egress-selector.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { isGatehouseError } from '../../util/errors.ts'

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

const HEAD = 'apiVersion: apiserver.k8s.io/v1beta1\nkind: EgressSelectorConfiguration\n'
const socket = '/run/gatehouse/gatehouse.sock'

function merge(selections: string) {
  return mergeEgressSelector({ socket }, { path: '/etc/egress.yaml', text: `${HEAD}egressSelections: ${selections}` })
}

t.test('selections of a file that is there already stay, word for word', async (t) => {
  const konnectivity = { proxyProtocol: 'GRPC', transport: { uds: { udsName: '/run/konnectivity.sock' } } }
  const { egressSelections } = merge(JSON.stringify([{ name: 'Cluster', connection: konnectivity }]))
  t.strictSame(egressSelections, [
    { name: 'Cluster', connection: konnectivity },
    egressSelectorConfiguration({ socket }).egressSelections[0],
  ])
})

const TUNNELS = {
  proxyProtocol: 'HTTPConnect',
  transport: {
    tcp: {
      url: 'https://127.0.0.1:6443',
      tlsConfig: {
        caBundle: '/var/lib/rancher/k3s/server/tls/server-ca.crt',
        clientKey: '/var/lib/rancher/k3s/server/tls/client-kube-apiserver.key',
        clientCert: '/var/lib/rancher/k3s/server/tls/client-kube-apiserver.crt',
      },
    },
  },
}

t.test("k3s's tunnels to its agents stay, also in an older k3s's spelling", async (t) => {
  const text = JSON.stringify({
    kind: 'EgressSelectorConfiguration',
    apiVersion: 'apiserver.k8s.io/v1beta1',
    egressSelections: [{ name: 'cluster', connection: TUNNELS }],
  })
  const asGo = text.replace(/"([a-z]+)([A-Za-z]*)":/g, (key, first: string, rest: string) =>
    ['kind', 'apiVersion'].includes(first + rest)
      ? key
      : `"${/^(tcp|url|tls|ca)$/.test(first) ? first.toUpperCase() : first.replace(/^./, (l) => l.toUpperCase())}${rest}":`,
  )
  t.match(asGo, '"Transport":{"TCP":{"URL":"https://127.0.0.1:6443","TLSConfig":{"CABundle":', 'as Go names them')
  const withNull = asGo.replace('"Transport":{', '"Transport":{"UDS":null,')
  for (const file of [text, withNull]) {
    const { egressSelections } = mergeEgressSelector({ socket }, { path: '/e', text: file })
    t.strictSame(egressSelections, [
      { name: 'cluster', connection: TUNNELS },
      egressSelectorConfiguration({ socket }).egressSelections[0],
    ])
  }
})

t.test('merging our own file changes nothing', async (t) => {
  const ours = egressSelectorConfiguration({ socket })
  t.strictSame(mergeEgressSelector({ socket }, { path: 'x', text: toYaml([ours]) }), ours)
})

t.test('a controlplane selection of somebody else is refused by name, in every spelling', async (t) => {
  for (const name of ['controlplane', 'ControlPlane', 'master']) {
    t.throws(() => merge(`[{name: ${name}, connection: {proxyProtocol: Direct}}]`), {
      code: 'ERR_PLUGIN_OPTIONS',
      message: `/etc/egress.yaml has the egress selection '${name}' already: {"proxyProtocol":"Direct"}`,
      hint: /--allow-connect/,
    })
  }
})

t.test('a file that is no egress selector is refused, not overwritten', async (t) => {
  for (const text of ['', '[]', 'kind: Pod', ': :', `${HEAD}egressSelections: 3`, `${HEAD}---\n${HEAD}`]) {
    t.throws(() => mergeEgressSelector({ socket }, { path: '/etc/e.yaml', text }), {
      code: 'ERR_PLUGIN_OPTIONS',
      message: /^\/etc\/e.yaml (is|has)/,
    })
  }
})

t.test('whatever a file holds, it is refused, or every selection in it is kept', async () => {
  const name = fc.constantFrom('cluster', 'etcd', 'Master', 'CONTROLPLANE', 'a')
  const given = fc.oneof(fc.jsonValue(), fc.array(fc.record({ name, connection: fc.jsonValue() })))
  fc.assert(
    fc.property(given, (selections) => {
      const text = JSON.stringify(selections)
      const merged = mergeUnlessRefused(text)
      const kept = JSON.stringify(merged?.slice(0, Array.isArray(selections) ? selections.length : 0))
      return merged === undefined || kept === (Array.isArray(selections) ? text : '[]')
    }),
  )
})

function mergeUnlessRefused(selections: string) {
  try {
    return merge(selections).egressSelections
  } catch (error) {
    if (isGatehouseError(error)) return undefined
    throw error
  }
}
