import t from 'tap'
import type { ClusterOptions } from '../../../clusters/cluster-provider.ts'
import { checkOptions } from '../../../clusters/k3s/check-options.ts'

const OPTIONS: ClusterOptions = { name: 'k', kubernetesVersion: '1.37', apiServers: 1 }
const GATE = { policies: '/p', defaultExclusions: true }

t.test('what a k3s cluster can have is accepted', async (t) => {
  checkOptions({ ...OPTIONS, apiServerArgs: ['v=4'], wasmPolicies: GATE })
  checkOptions({ ...OPTIONS, kubernetesVersion: '1.35', nodeImage: 'example.test/k3s:1', wasmPolicies: GATE })
  t.pass()
})

t.test('every option that it cannot have is refused by its name, all at once', async (t) => {
  const options = { ...OPTIONS, apiServers: 3, assets: '/a', memberArgs: [['v=1']], apiServerArgs: ['--v'] }
  const wasmPolicies = { ...GATE, placement: 'sidecar' } as const
  t.throws(() => checkOptions({ ...options, wasmPolicies }), {
    code: 'ERR_CLUSTER_OPTIONS',
    message:
      /5 problems:\n.*apiServerArgs: '--v' .*\n.*apiServers: is 3.*\n.*memberArgs: .*\n.*assets: .*\n.*shim: is sidecar/,
  })
})

t.test('flags that the gate gives itself are refused, and only with the gate', async (t) => {
  for (const apiServerArgs of [['egress-selector-config-file=/e'], ['admission-control-config-file=/a']]) {
    checkOptions({ ...OPTIONS, apiServerArgs })
    t.throws(() => checkOptions({ ...OPTIONS, apiServerArgs, wasmPolicies: GATE }), { message: /is not in k3s's/ })
  }
})
