import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { sampleKindConfigs } from '../../../plugin/kind/sample-configs.ts'
import { buildKindLoader, type LoadedCluster } from '../../helpers/kind-loader.ts'

const FOLDER = join(import.meta.dirname, '../../../kind-config')
const samples = sampleKindConfigs()
const clusterFiles = Object.keys(samples).filter((file) => file.endsWith('/cluster.yaml'))

t.test('kind-config/ is what scripts/docs writes', async (t) => {
  const files = globSync('**/*.yaml', { cwd: FOLDER })
  t.same(Object.fromEntries(files.map((file) => [file, readFileSync(join(FOLDER, file), 'utf8')])), samples)
})

const loader = await buildKindLoader(t.testdir())

async function load(kubernetesVersion: string): Promise<Record<string, LoadedCluster>> {
  const paths = clusterFiles.map((file) => join(FOLDER, file))
  const loaded = await loader.load(kubernetesVersion, paths)
  return Object.fromEntries(clusterFiles.map((file) => [file.split('/')[0], loaded[join(FOLDER, file)]])) as never
}

t.test('kind loads and validates every cluster file, and can patch with it what it gives to kubeadm', async (t) => {
  for (const version of ['v1.37.2', 'v1.36.3', 'v1.35.4']) {
    for (const [name, { error }] of Object.entries(await load(version))) t.equal(error, undefined, `${name} ${version}`)
  }
})

t.test('a field that kind does not know is refused, so this test would notice', async (t) => {
  const folder = t.testdir({ 'cluster.yaml': `${samples['host/cluster.yaml']}sockets: {}\n` })
  const file = join(folder, 'cluster.yaml')
  t.match((await loader.load('v1.37.2', [file]))[file]?.error, /field sockets not found/)
})

t.test("our flags come on top of kind's own, in kubeadm's v1beta4 and in its v1beta3", async (t) => {
  const newer = (await load('v1.37.2'))['host']
  t.match(document(newer, 'ClusterConfiguration'), {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    apiServer: {
      extraArgs: [
        { name: 'runtime-config', value: '' },
        { name: 'egress-selector-config-file', value: '/gatehouse/config/egress-selector.yaml' },
        { name: 'admission-control-config-file', value: '/gatehouse/config/admission-configuration.yaml' },
      ],
    },
  })
  const older = (await load('v1.35.4'))['api-objects']
  t.match(document(older, 'ClusterConfiguration'), {
    apiVersion: 'kubeadm.k8s.io/v1beta3',
    apiServer: {
      extraArgs: { 'runtime-config': '', 'egress-selector-config-file': '/gatehouse/config/egress-selector.yaml' },
    },
  })
})

t.test('every file and folder that the API server is told of is mounted into its Pod, read-only', async (t) => {
  for (const [name, cluster] of Object.entries(await load('v1.37.2'))) {
    if (name === 'stock') continue
    const { apiServer } = document(cluster, 'ClusterConfiguration')
    const inPod = apiServer.extraVolumes.map(({ mountPath }: { mountPath: string }) => mountPath)
    t.ok(apiServer.extraVolumes.every(({ readOnly }: { readOnly: boolean }) => readOnly))
    for (const node of cluster.nodes ?? []) {
      const onNode = node.mounts.map(({ containerPath }) => containerPath)
      if (node.role === 'control-plane')
        t.same(
          inPod.filter((path: string) => !onNode.includes(path)),
          [],
          name,
        )
      else t.same(onNode, [], `${name}: a worker has no API server`)
    }
    const named = [
      samples[`${name}/config/egress-selector.yaml`],
      samples[`${name}/config/admission-configuration.yaml`],
    ]
    const paths = named.flatMap((text) => [...(text ?? '').matchAll(/\/gatehouse\/[^\s"]+/g)].map(([path]) => path))
    t.ok(paths.length > 0)
    t.same(
      paths.filter((path) => !inPod.some((folder: string) => path.startsWith(`${folder}/`))),
      [],
      name,
    )
  }
})

t.test('while the gate is off, kind gives kubeadm what it gives to anybody', async (t) => {
  const folder = t.testdir({ 'cluster.yaml': 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: gatehouse\n' })
  const file = join(folder, 'cluster.yaml')
  const plain = (await loader.load('v1.37.2', [file]))[file]
  t.same((await load('v1.37.2'))['stock'], plain)
})

t.test('a kubelet on cgroup v1 is told so, beside what kind tells it', async (t) => {
  const kubelet = document((await load('v1.37.2'))['without-registry'], 'KubeletConfiguration')
  t.match(kubelet, { cgroupDriver: 'cgroupfs', failCgroupV1: false, cgroupRoot: '/kubelet', failSwapOn: false })
})

t.test('several control planes have sockets of their own, and each gets the sidecar from kubeadm', async (t) => {
  const cluster = (await load('v1.37.2'))['three-control-planes']
  t.equal(cluster?.hasLoadBalancer, true)
  const planes = (cluster?.nodes ?? []).filter(({ role }) => role === 'control-plane')
  t.equal(planes.length, 3)
  const sockets = planes.flatMap(({ mounts }) => mounts.filter((mount) => mount.containerPath === '/gatehouse/socket'))
  t.equal(new Set(sockets.map(({ hostPath }) => hostPath)).size, 3)
  for (const kind of ['InitConfiguration', 'JoinConfiguration']) {
    t.match(document(cluster, kind), { patches: { directory: '/gatehouse/patches' }, nodeRegistration: {} })
  }
})

t.test(
  'the static Pod and the sidecar run the same shim, as nobody and on a root file system that is read-only',
  async (t) => {
    const pod = parse(samples['static-pod/gatehouse-shim.yaml'] ?? '')
    const [container] = pod.spec.containers
    const [{ restartPolicy, ...sidecar }] = parse(samples['sidecar/patches/kube-apiserver+strategic.yaml'] ?? '').spec
      .initContainers
    t.equal(restartPolicy, 'Always')
    t.same(sidecar, container)
    t.match(container.securityContext, { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false })
    const volumes = pod.spec.volumes.map(({ name }: { name: string }) => name)
    t.same(
      container.volumeMounts.map(({ name }: { name: string }) => name),
      volumes,
    )
  },
)

function document(cluster: LoadedCluster | undefined, kind: string) {
  const documents = parseAllDocuments(cluster?.nodes?.[0]?.kubeadm ?? '').map((each) => each.toJS())
  return documents.find((each) => each.kind === kind)
}
