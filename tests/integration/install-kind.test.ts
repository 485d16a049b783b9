import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ContainerEngine } from '../../containers/engine.ts'
import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { buildShimImage } from '../../image/build-shim-image.ts'
import { packageRoot } from '../../util/package-root.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { connectApi } from '../helpers/api.ts'
import { runCommand } from '../helpers/command.ts'
import { type KindNode, startKindNode } from '../helpers/kind-node.ts'
import { startRegistry } from '../helpers/registry.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'
import { until } from '../helpers/until.ts'

// a node image that is not there yet is built from its sources
t.setTimeout(3_600_000)

const engine = await ensureContainerEngine(SILENT_STEPS).catch(() => undefined)
const skip = engine === undefined && 'no container engine answers'

t.test('the policies are installed in a kind cluster as docs/install.md says', { skip }, async (t) => {
  if (engine === undefined) return
  const [node, image] = [await startKindNode(t), await buildShimImage()]
  await node.loadImage(image.archive)
  const yaml = join(t.testdir(), 'gatehouse.yaml')
  const pushed = await pushGoPolicy(t, engine, node)
  writeFileSync(yaml, await print(t.testdir({ pki: {} }), image.tag, pushed))
  const apply = ['apply', '--server-side', '-f', yaml]
  await node.kubectl(...apply, '-l', 'app.kubernetes.io/component=policy-server')
  await waitForPods(node)
  t.match(await node.kubectl(...apply), /validatingwebhookconfiguration.*gatehouse/)

  const create = (...flags: string[]) => node.kubectl('run', 'web', '--image=web', '--dry-run=server', ...flags)
  await t.test('Pods are denied and mutated', async (t) => {
    await until(() =>
      create('--privileged').then(
        () => false,
        (error: Error) => /denied the request/.test(error.message),
      ),
    )
    t.match(await create('-o', 'jsonpath={.spec.securityContext.seccompProfile.type}'), 'RuntimeDefault')
  })

  await t.test(
    'so are Ingresses by a module that no ConfigMap holds, and that the pods pull from a registry with a password',
    async (t) => {
      const ingress = (...flags: string[]) =>
        node.kubectl('create', 'ingress', 'web', '--dry-run=server', '--rule=www.example.com/*=web:80', ...flags)
      await t.rejects(ingress(), { message: /ingress-tls\.policy\.gatehouse\.internal.* denied the request/ })
    },
  )

  await t.test(
    'a Deployment whose Pods are denied is admitted, and its owner reads why on the ReplicaSet',
    async (t) => {
      const bad = join(makeShortFolder(t), 'bad.yaml')
      writeFileSync(bad, JSON.stringify(privilegedDeployment()))
      t.match(await node.kubectl('apply', '-f', bad), /created/)
      const events = ['get', 'events', '--field-selector', 'involvedObject.kind=ReplicaSet,reason=FailedCreate']
      await until(async () =>
        /denied the request: Privileged container is not allowed/.test(await node.kubectl(...events)),
      )
      t.equal(await node.kubectl('get', 'pods', '-l', 'app=bad', '-o', 'name'), '')
      await node.kubectl('delete', '-f', bad)
    },
  )

  await t.test('a denial is told as an Event', async () => {
    await node.kubectl('run', 'bad', '--image=web', '--privileged').catch(() => {})
    await until(async () => /Privileged container is not allowed/.test(await node.kubectl('get', 'events')))
  })

  await t.test('pods are replaced without a refused request', async (t) => {
    const api = await connectApi(node.kubeconfig)
    const spec = { containers: [{ name: 'web', image: 'web' }] }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec }
    const replacing = { isDone: false, refused: [] as string[], created: 0 }
    const createPods = async () => {
      while (!replacing.isDone) {
        const { status, text } = await api.call('POST', '/api/v1/namespaces/default/pods?dryRun=All', pod)
        if (status === 201) replacing.created += 1
        else replacing.refused.push(text)
      }
    }
    const load = [createPods(), createPods()]
    await node.kubectl('--namespace', 'gatehouse', 'rollout', 'restart', 'deployment/gatehouse')
    await waitForPods(node)
    await until(async () => (await runningPods(node)) === 2)
    replacing.isDone = true
    await Promise.all(load)
    t.strictSame(replacing.refused, [])
    t.ok(replacing.created > 0)
  })

  await t.test('the command line answers in a pod', async (t) => {
    const status = ['exec', 'deployment/gatehouse', '--', 'gatehouse', 'status']
    t.match(await node.kubectl('--namespace', 'gatehouse', ...status), /readiness +ready/)
  })

  await t.test('uninstalled, it is asked no more', async (t) => {
    const { code, stderr } = await runCommand('uninstall', '--kubeconfig', node.kubeconfig)
    t.equal(code, 0, stderr)
    await node.kubectl('delete', 'namespace', 'gatehouse')
    await node.kubectl('delete', 'clusterrole,clusterrolebinding', 'gatehouse:events')
    await until(() =>
      create('--privileged').then(
        () => true,
        () => false,
      ),
    )
    t.equal(await node.kubectl('get', 'all', '--all-namespaces', '-l', 'app.kubernetes.io/name=gatehouse'), '')
  })
})

interface Pushed {
  readonly module: string
  /** How the registry is reached, and as whom. */
  readonly access: readonly string[]
}

/** `alice`, whose password is `open sesame`, as htpasswd writes her. */
const HTPASSWD = 'alice:$2a$04$LehEODo0edRbiVA47vDXbu6Vv87z4AfTyWK0Fjl/XfRaDHiMVWK1y\n'

/** A module in Go, of megabytes, in a registry of this machine that asks for passwords, whose authority only the sources file knows. */
async function pushGoPolicy(t: Test, engine: ContainerEngine, { container }: KindNode): Promise<Pushed> {
  const format = '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}'
  const address = (await engine.run(['inspect', '--format', format, container])).trim()
  const folder = makeShortFolder(t)
  writeFileSync(join(folder, 'htpasswd'), HTPASSWD)
  const auth = { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } }
  const { host, authority } = await startRegistry(t, { tls: true, address, auth })
  const user = Buffer.from('alice:open sesame').toString('base64')
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth: user } } }))
  writeFileSync(join(folder, 'ca.pem'), authority)
  const sources = join(folder, 'sources.yml')
  writeFileSync(sources, JSON.stringify({ source_authorities: { [host]: [{ type: 'Path', path: 'ca.pem' }] } }))
  const module = `registry://${host}/policies/ingress-tls:v1`
  const file = join(packageRoot(), 'policies/ingress-tls/policy.wasm')
  const access = ['--sources-path', sources, '--docker-config-json-path', folder]
  const { code, stderr } = await runCommand('push', file, module, ...access)
  if (code !== 0) throw new Error(stderr)
  return { module, access }
}

function privilegedDeployment(): object {
  const labels = { app: 'bad' }
  const containers = [{ name: 'web', image: 'web', securityContext: { privileged: true } }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'bad' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  }
}

async function print(folder: string, image: string, { module, access }: Pushed): Promise<string> {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
  const moduleOf = (sample: string) => join(packageRoot(), 'policies', sample, 'policy.wasm')
  const policies = {
    'pod-privileged': { module: moduleOf('pod-privileged'), rules },
    'ingress-tls': {
      module,
      rules: [
        { apiGroups: ['networking.k8s.io'], apiVersions: ['v1'], resources: ['ingresses'], operations: ['CREATE'] },
      ],
      settings: { allowed_domains: ['example.org'] },
    },
    seccomp: { module: moduleOf('default-seccomp-profile'), rules, allowedToMutate: true },
  }
  const file = join(folder, 'policies.yml')
  writeFileSync(file, JSON.stringify(policies))
  const flags = [
    '--target',
    'service',
    '--policies',
    file,
    '--image',
    image,
    '--events',
    ...access,
    '--cert-dir',
    join(folder, 'pki'),
  ]
  const { code, stdout, stderr } = await runCommand('install', ...flags)
  if (code !== 0) throw new Error(stderr)
  return stdout
}

async function waitForPods(node: KindNode): Promise<void> {
  const status = ['rollout', 'status', 'deployment/gatehouse', '--timeout', '300s']
  await node.kubectl('--namespace', 'gatehouse', ...status)
}

/** Those that are on their way out are still there, and answer. */
async function runningPods(node: KindNode): Promise<number> {
  return (await node.kubectl('--namespace', 'gatehouse', 'get', 'pods', '--output', 'name')).trim().split('\n').length
}
