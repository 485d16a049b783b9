import t from 'tap'
import type { ClusterOptions } from '../../../clusters/cluster-provider.ts'
import { checkOptions } from '../../../clusters/local/check-options.ts'

const GOOD: ClusterOptions = { name: 'a', kubernetesVersion: '1.37', apiServers: 3 }

t.test('options that a local cluster can have are accepted', async (t) => {
  t.doesNotThrow(() => checkOptions(GOOD))
  t.doesNotThrow(() =>
    checkOptions({ ...GOOD, apiServerArgs: ['v=4', 'feature-gates=A=true,B=false', 'goaway-chance='] }),
  )
  t.doesNotThrow(() => checkOptions({ ...GOOD, memberArgs: [['v=4'], [], ['v=2']] }))
})

t.test('others are refused with the value that was given', async (t) => {
  const bad: [Partial<ClusterOptions>, string, RegExp][] = [
    [{ name: 'A' }, 'ERR_CLUSTER_NAME', /'A'/],
    [{ kubernetesVersion: '1.20' }, 'ERR_CLUSTER_OPTIONS', /'1\.20'/],
    [{ apiServers: 0 }, 'ERR_CLUSTER_OPTIONS', /^apiServers: is 0: choose a number/],
    [{ apiServers: 1.5 }, 'ERR_CLUSTER_OPTIONS', /^apiServers: is 1\.5/],
    [{ apiServers: 10 }, 'ERR_CLUSTER_OPTIONS', /^apiServers: is 10/],
    [{ apiServerArgs: ['--v=4'] }, 'ERR_CLUSTER_OPTIONS', /'--v=4'/],
    [{ apiServerArgs: ['v'] }, 'ERR_CLUSTER_OPTIONS', /'v'/],
    [{ memberArgs: [[], ['x y=1']] }, 'ERR_CLUSTER_OPTIONS', /'x y=1'/],
    [
      { kubernetesVersion: '1.35', wasmPolicies: { policies: 'a', defaultExclusions: true, webhooks: 'static' } },
      'ERR_CLUSTER_OPTIONS',
      /^webhooks: Kubernetes 1\.35 has no static webhook manifests/,
    ],
    [{ memberArgs: [[], [], [], []] }, 'ERR_CLUSTER_OPTIONS', /4 entries for 3 API servers/],
  ]
  for (const [change, code, message] of bad) t.throws(() => checkOptions({ ...GOOD, ...change }), { code, message })
})

t.test('all that is wrong is said at once', async (t) => {
  const wasmPolicies = { policies: 'a', defaultExclusions: true, placement: 'sidecar', webhooks: 'api' } as const
  const bad = { kubernetesVersion: '1.20', apiServers: 0, nodeImage: 'n', memberArgs: [['x']], wasmPolicies } as const
  const options = ['kubernetesVersion', 'memberArgs', 'apiServers', 'memberArgs', 'nodeImage', 'shim', 'webhooks']
  t.throws(() => checkOptions({ ...GOOD, ...bad, apiServer: 'in-process' }), {
    code: 'ERR_CLUSTER_OPTIONS',
    message: new RegExp(`^7 problems:${options.map((option) => `\\n  ${option}: .+`).join('')}$`),
  })
})
