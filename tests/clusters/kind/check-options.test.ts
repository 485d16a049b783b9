import t from 'tap'
import type { ClusterOptions } from '../../../clusters/cluster-provider.ts'
import { checkOptions } from '../../../clusters/kind/check-options.ts'

const OPTIONS: ClusterOptions = { name: 'k', kubernetesVersion: '1.37', apiServers: 1 }
const GATE = { policies: '/p', defaultExclusions: true }

t.test('what a kind cluster can have is accepted', async (t) => {
  checkOptions({ ...OPTIONS, apiServerArgs: ['v=4'], wasmPolicies: { ...GATE, placement: 'sidecar' } })
  checkOptions({ ...OPTIONS, kubernetesVersion: '1.35', wasmPolicies: GATE })
  t.pass()
})

t.test('every option that it cannot have is refused by its name, all at once', async (t) => {
  const options = { ...OPTIONS, apiServers: 3, assets: '/a', memberArgs: [['v=1']], apiServerArgs: ['--v'] }
  t.throws(() => checkOptions(options), {
    code: 'ERR_CLUSTER_OPTIONS',
    message: /4 problems:\n.*apiServerArgs: '--v' .*\n.*apiServers: is 3.*\n.*memberArgs: .*\n.*assets: /,
  })
})

t.test('flags that the gate gives itself are refused, and only with the gate', async (t) => {
  const apiServerArgs = ['egress-selector-config-file=/e']
  checkOptions({ ...OPTIONS, apiServerArgs })
  t.throws(() => checkOptions({ ...OPTIONS, apiServerArgs, wasmPolicies: GATE }), { message: /is not on the node/ })
})

t.test('a shim on the node takes static manifests', async (t) => {
  const wasmPolicies = { ...GATE, placement: 'sidecar', webhooks: 'api' } as const
  t.throws(() => checkOptions({ ...OPTIONS, wasmPolicies }), { message: /^shim: is sidecar, which takes static/ })
})

t.test('a version that is unknown is named beside what else is wrong', async (t) => {
  const wasmPolicies = { ...GATE, placement: 'sidecar' } as const
  t.throws(() => checkOptions({ ...OPTIONS, kubernetesVersion: '1.20', apiServers: 3, wasmPolicies }), {
    message: /2 problems:\n.*kubernetesVersion: Kubernetes version '1\.20' .* Choose one of 1\..*\n.*apiServers: is 3/,
  })
})
