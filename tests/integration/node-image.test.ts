import { mkdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import type { ResolvedBinary } from '../../clusters/binaries/binary.ts'
import { resolvePrograms } from '../../clusters/binaries/resolve.ts'
import { NODE_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { ensureNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import { writeDockerArchive } from '../../containers/docker-archive.ts'
import { provideContainerEngine } from '../../containers/provide-engine.ts'
import { hostArchitecture } from '../../image/architecture.ts'
import { listLibraries } from '../../image/libraries.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { until } from '../helpers/until.ts'

const provided = await provideContainerEngine(SILENT_STEPS)
const SKIP = 'missing' in provided ? provided.missing : false
const CLUSTER = `gatehouse-node-image-${process.pid}`
const VERSION = 'v1.37.2'

/** Minutes, on a machine where the programs have to be built first. */
const TIMEOUT_MS = 40 * 60_000
t.setTimeout(TIMEOUT_MS)
const options = { skip: SKIP, timeout: TIMEOUT_MS }

t.test(
  'the image holds a node: its programs, the images of the control plane, and no line of a build',
  options,
  async (t) => {
    if ('missing' in provided) return
    const { engine } = provided
    const image = await ensureNodeImage(NODE_KUBERNETES_VERSION, SILENT_STEPS, { isOwn: true })
    t.match(image, /^localhost\/gatehouse-node:v1\.37\.2-[0-9a-f]{12}$/)
    t.equal(
      await ensureNodeImage(NODE_KUBERNETES_VERSION, SILENT_STEPS),
      image,
      'what was built is preferred to a pull',
    )
    t.equal(await ensureNodeImage('1.36', SILENT_STEPS, { image }), image, 'what was named comes first')
    await t.rejects(ensureNodeImage('1.37', SILENT_STEPS, { image: 'localhost/nothing:1' }), {
      code: 'ERR_NODE_IMAGE',
      message: /^--node-image localhost\/nothing:1 is not here and cannot be pulled: /,
    })
    const run = (command: string) =>
      engine.run(['run', '--rm', '--network=none', '--entrypoint=bash', image, '-c', command])
    t.equal(await run('kubelet --version && kubeadm version -o short'), `Kubernetes ${VERSION}\n${VERSION}`)
    t.match(
      await run('containerd --version; runc --version; iptables --version'),
      /containerd .*\nrunc version .*nf_tables/s,
    )
    t.equal(await run('cat /kind/version'), VERSION)
    t.match(await run('cat /kind/packages'), /^containerd_/m)
    t.same((await run('ls /kind/images')).split('\n'), [
      'coredns.tar',
      'etcd.tar',
      'kube-apiserver.tar',
      'kube-controller-manager.tar',
      'kube-proxy.tar',
      'kube-scheduler.tar',
      'pause.tar',
    ])
    t.equal(await run("find /usr /kind -newermt '1970-01-02' -type f | head"), '', 'no time of a build')
  },
)

t.test('kind makes a cluster of it as of its own, whose Pods run, and exports its logs', options, async (t) => {
  const folder = t.testdir()
  const image = await ensureNodeImage(NODE_KUBERNETES_VERSION, SILENT_STEPS, { isOwn: true })
  const programs = await resolvePrograms(['kind', 'kubectl'], { kubernetesVersion: NODE_KUBERNETES_VERSION })
  const kubeconfig = join(folder, 'kubeconfig')
  const run = async ({ path }: ResolvedBinary, args: readonly string[], input?: string) =>
    (await execa(path, args, { env: { KUBECONFIG: kubeconfig }, ...(input === undefined ? {} : { input }) })).stdout
  const kind = (...args: string[]) => run(programs.kind, [...args, '--name', CLUSTER])
  const kubectl = (...args: string[]) => run(programs.kubectl, args)
  t.teardown(() => kind('delete', 'cluster'))
  await kind('create', 'cluster', '--image', image, '--wait', '180s')
  t.match(await kubectl('get', 'nodes'), / Ready .* v1\.37\.2$/m)

  const archive = await writeShell(folder)
  await kind('load', 'image-archive', archive)
  await kubectl('wait', '--for=create', 'serviceaccount/default', '--timeout=60s')
  await kubectl('run', 'shell', '--image=localhost/shell:1', '--image-pull-policy=Never')
  await kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--all-namespaces', '--timeout=120s')
  const connect = 'exec 3<>/dev/tcp/kubernetes.default.svc.cluster.local/443 && echo connected'
  // names are known some moments after those who know them are Ready
  await until(async () => {
    const answer = await kubectl('exec', 'shell', '--', 'bash', '-c', connect).catch(() => '')
    return answer === 'connected'
  })
  t.pass('a Service is reached by its name')

  mkdirSync(join(folder, 'logs'))
  await kind('export', 'logs', join(folder, 'logs'))
  const node = join(folder, 'logs', `${CLUSTER}-control-plane`)
  t.match(readFileSync(join(node, 'kubelet.log'), 'utf8'), /Falling back to using cgroupDriver from kubelet config/)
  t.match(readFileSync(join(node, 'images.log'), 'utf8'), /registry\.k8s\.io\/kube-apiserver:v1\.37\.2/)
  t.ok((await readdir(join(node, 'pods'))).some((name) => name.startsWith('default_shell_')))
})

async function writeShell(folder: string): Promise<string> {
  const programs = ['bash', 'sleep']
  const libraries = await Promise.all(programs.map((name) => listLibraries(`/bin/${name}`, '/', hostArchitecture())))
  const { file } = await writeDockerArchive({
    file: join(folder, 'shell.tar'),
    tag: 'localhost/shell:1',
    files: [...programs.map((name) => ({ path: `/bin/${name}`, from: `/bin/${name}` })), ...libraries.flat()],
    entrypoint: ['bash', '-c', 'sleep infinity & trap "exit 0" TERM; wait'],
  })
  return file
}
