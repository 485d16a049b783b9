import t from 'tap'
import { describeDifferences as describeK3s, type K3sState } from '../../clusters/k3s/record.ts'
import { describeDifferences as describeKind, type KindState } from '../../clusters/kind/record.ts'

const GATE = { policies: '/policies.yml', defaultExclusions: true }
const COMMON = { engine: 'docker', image: 'node', apiServerArgs: [], isCreated: true, kubeconfigs: [] } as const
const KIND: KindState = {
  ...COMMON,
  kubernetesVersion: 'v1.37.2',
  kind: '/bin/kind',
  wasmPolicies: GATE,
  webhooks: 'static',
}
const K3S: K3sState = {
  ...COMMON,
  kubernetesVersion: 'v1.37.2+k3s1',
  isImageNamed: false,
  wasmPolicies: GATE,
  webhooks: 'static',
}
const ASKED = { name: 'a', kubernetesVersion: '1.37', apiServers: 1, wasmPolicies: GATE }

t.test('a node is as it was asked for where nothing else is asked for now', async (t) => {
  t.same(describeKind(KIND, ASKED), [])
  t.same(describeK3s(K3S, ASKED), [])
})

t.test('a node keeps where its shim is, and where its webhooks are', async (t) => {
  const other = { ...ASKED, wasmPolicies: { ...GATE, placement: 'sidecar', webhooks: 'api' } as const }
  t.same(describeKind(KIND, other), ['shim is "host", not "sidecar"', 'webhooks is "static", not "api"'])
  t.same(describeK3s(K3S, other), ['webhooks is "static", not "api"'])
  t.same(describeK3s(K3S, { ...ASKED, kubernetesVersion: '1.36', nodeImage: 'rancher/k3s:other' }), [
    'kubernetesVersion is v1.37.2, not 1.36',
    'nodeImage is undefined, not "rancher/k3s:other"',
  ])
})

t.test('a gate that is off is one difference, whatever it would have been', async (t) => {
  const { wasmPolicies: _on, webhooks: _webhooks, ...stock } = KIND
  t.same(describeKind(stock, { ...ASKED, wasmPolicies: { ...GATE, webhooks: 'api' } }), [
    'WasmPolicies is false, not true',
  ])
})
