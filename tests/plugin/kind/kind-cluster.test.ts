import t from 'tap'
import { kindCluster, kindNodeFiles } from '../../../plugin/kind/kind-cluster.ts'
import type { KindClusterOptions } from '../../../plugin/kind/options.ts'

const OPTIONS: KindClusterOptions = {
  name: 'k',
  kubernetesVersion: '1.37',
  controlPlanes: 1,
  workers: 0,
  node: { cgroupVersion: 2, hasCni: false },
  apiServerArgs: [],
}
const ON = { WasmPolicies: true }
const hostPaths = () => ({ config: '/c', socket: '/s', staticManifests: '/m' })

t.test('an argument of the user keeps what stands behind its first equals sign', async (t) => {
  const cluster = kindCluster({ WasmPolicies: false }, { ...OPTIONS, apiServerArgs: ['feature-gates=A=true'] })
  t.match(cluster.kubeadmConfigPatchesJSON6902?.[0]?.patch, /name: feature-gates\n +value: A=true\n/)
})

t.test('the gate without a word on the shim is refused', async (t) => {
  t.throws(() => kindCluster(ON, OPTIONS), { code: 'ERR_PLUGIN_OPTIONS' })
})

t.test('a folder that nothing on the host is named for is refused by its name', async (t) => {
  const shim = { placement: 'sidecar', webhooks: 'static', hostPaths } as const
  t.throws(() => kindCluster(ON, { ...OPTIONS, shim }), { message: /certificates/ })
})

t.test('Kubernetes 1.36 is asked for static manifests by its own gate', async (t) => {
  const shim = { placement: 'host', webhooks: 'static', hostPaths } as const
  const cluster = kindCluster(ON, { ...OPTIONS, kubernetesVersion: '1.36', shim })
  t.match(cluster.kubeadmConfigPatchesJSON6902?.[0]?.patch, 'value: ManifestBasedAdmissionControlConfig=true')
})

t.test('with API objects the API server is given no admission configuration', async (t) => {
  const shim = { placement: 'host', webhooks: 'api', hostPaths } as const
  t.same(Object.keys(kindNodeFiles(ON, { ...OPTIONS, shim })), ['/gatehouse/config/egress-selector.yaml'])
  t.same(kindNodeFiles({ WasmPolicies: false }, OPTIONS), {})
})

t.test(
  'a folder for later is seen by the API server under its own path, read-only, with the gate and without',
  async (t) => {
    const options = { ...OPTIONS, shared: '/run/later' }
    const shim = { placement: 'host', webhooks: 'api', hostPaths } as const
    for (const cluster of [kindCluster({ WasmPolicies: false }, options), kindCluster(ON, { ...options, shim })]) {
      const mounts = cluster.nodes[0]?.extraMounts ?? []
      t.strictSame(mounts.at(-1), { hostPath: '/run/later', containerPath: '/run/later' })
      const volume = /hostPath: \/run\/later\n +mountPath: \/run\/later\n +readOnly: true\n/
      t.match(cluster.kubeadmConfigPatchesJSON6902?.[0]?.patch, volume)
    }
    t.notOk(kindCluster({ WasmPolicies: false }, OPTIONS).nodes[0]?.extraMounts, 'and without it nothing is mounted')
  },
)
