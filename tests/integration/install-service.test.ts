import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { ensureContainerEngine } from '../../containers/ensure-engine.ts'
import { packageRoot } from '../../util/package-root.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import type { Api } from '../helpers/api.ts'
import { runCommand } from '../helpers/command.ts'
import { createControlPlane } from '../helpers/control-plane.ts'
import { type InstalledObject, startPod } from '../helpers/installed-pod.ts'
import { loadShimImage } from '../helpers/shim-image.ts'
import { until } from '../helpers/until.ts'

t.setTimeout(600_000)

const APPLY = 'application/apply-patch+yaml'
const CLUSTER_WIDE =
  /^(Namespace|ClusterRole|ClusterRoleBinding|ValidatingWebhookConfiguration|MutatingWebhookConfiguration)$/
const RULES = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
const engine = await ensureContainerEngine(SILENT_STEPS).catch(() => undefined)

t.test('an API server takes every object as it is printed, twice, and without a warning', async (t) => {
  const api = await (await createControlPlane(t)).start()
  const objects = await print(t, ['--events', '--image', 'gatehouse:test'])
  const roles = (await print(t, ['--stand-in'])).filter(({ kind }) => /Role/.test(kind))
  const [namespace, ...others] = [...objects, ...roles]
  await apply(api, [namespace])
  for (const query of ['&dryRun=All', '', '']) {
    for (const object of others) {
      const { status, text, warnings } = await api.call('PATCH', `${pathOf(object)}${query}`, object, APPLY)
      t.ok(status < 300, `${object.kind} ${object.metadata.name}${query}: ${status < 300 ? status : text}`)
      t.strictSame(warnings, [])
    }
  }

  await t.test('mutating policies keep their order when one comes between', async (t) => {
    const more = await print(t, ['--image', 'gatehouse:test'], { 'between-mutating': mutating() })
    await apply(
      api,
      more.filter(({ kind }) => kind === 'MutatingWebhookConfiguration'),
    )
    const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/gatehouse'
    const { webhooks } = await api.must<{ webhooks: { name: string }[]; metadata: never }>('GET', path)
    const names = webhooks.map(({ name }) => name.split('.')[0])
    t.strictSame(names, ['a-mutating', 'between-mutating', 'z-mutating'])
  })
})

const skip = engine === undefined && 'no container engine answers'
t.test('the API server asks a pod of the Deployment through the Service', { skip }, async (t) => {
  if (engine === undefined) return
  const image = await loadShimImage(t, engine)
  const plane = await createControlPlane(t)
  // with it the API server finds the pods behind a Service by itself: no kube-proxy runs here
  const api = await plane.start({ flags: ['--enable-aggregator-routing=true'] })
  const objects = await print(t, ['--image', image])
  await apply(api, objects)

  await t.test('until it answers nobody else may create a Pod, and its own namespace may', async (t) => {
    await until(async () => (await createPod(api, 'default', false)).status === 500)
    t.equal((await createPod(api, 'gatehouse', false)).status, 201)
  })

  const address = await startPod(t, engine, objects)
  await apply(api, [endpointSlice(address)])
  await until(async () => (await createPod(api, 'default', false)).status === 201)
  const denied = await createPod(api, 'default', true)
  t.equal(denied.status, 400)
  t.match(denied.text, /pod-privileged\.policy\.gatehouse\.internal/)
})

/** What the command prints for these policies and the samples. */
async function print(t: Test, flags: readonly string[], policies: object = {}) {
  const module = join(packageRoot(), 'policies/pod-privileged/policy.wasm')
  const all = {
    'pod-privileged': { module, rules: RULES },
    'a-mutating': mutating(),
    'z-mutating': mutating(),
    ...policies,
  }
  const folder = t.testdir({ 'policies.yml': JSON.stringify(all) })
  const { code, stdout, stderr } = await runCommand(
    ...['install', '--target', 'service', '--policies', join(folder, 'policies.yml'), ...flags],
  )
  if (code !== 0) throw new Error(stderr)
  return parseAllDocuments(stdout).map((document): InstalledObject => document.toJS())
}

function mutating(): object {
  const module = join(packageRoot(), 'policies/default-seccomp-profile/policy.wasm')
  return { module, allowedToMutate: true, rules: RULES }
}

async function apply(api: Api, objects: readonly InstalledObject[]): Promise<void> {
  for (const object of objects) await api.must('PATCH', pathOf(object), object, APPLY)
}

function pathOf({ apiVersion, kind, metadata: { name, namespace } }: InstalledObject): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = CLUSTER_WIDE.test(kind) ? '' : `/namespaces/${namespace}`
  return `${group}${place}/${kind.toLowerCase()}s/${name}?fieldManager=test&fieldValidation=Strict`
}

// What Kubernetes' controller for Services would write.
function endpointSlice(address: string): InstalledObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'gatehouse-1',
      namespace: 'gatehouse',
      labels: { 'kubernetes.io/service-name': 'gatehouse' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port: 8443, protocol: 'TCP' }],
  }
}

let pods = 0

function createPod(api: Api, namespace: string, privileged: boolean) {
  pods += 1
  return api.call('POST', `/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${pods}` },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'web',
          image: 'web',
          securityContext: privileged
            ? { privileged }
            : { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  })
}
