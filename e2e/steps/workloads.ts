import type { KubeClient, KubeObject } from '../../kube/requests/kube-client.ts'
import { expectEqual, expectMatch, unexpected } from '../expect.ts'
import type { ScenarioStep } from '../scenario-step.ts'
import type { Site } from '../site.ts'
import { until } from '../until.ts'
import { create, remove } from './ask.ts'
import { type Creation, deployment } from './objects.ts'

const RUNNING_SECONDS = 120

/** What controllers make of Deployments. */
export const workloadSteps: readonly ScenarioStep[] = [
  {
    title: "a Deployment's Pods are admitted, mutated, and run",
    needs: ['runs-workloads'],
    run: (site) => withDeployment(site, deployment('running', 2, pausing(site)), expectRunning),
  },
  {
    title: 'a Deployment is admitted whose Pods are denied, and the ReplicaSet tells its owner why',
    needs: ['runs-workloads'],
    run: (site) =>
      withDeployment(
        site,
        deployment('denied', 1, { ...pausing(site), securityContext: { privileged: true } }),
        expectTold,
      ),
  },
]

interface Pod extends KubeObject {
  readonly spec: { readonly securityContext?: { readonly seccompProfile?: object } }
  readonly status: { readonly phase?: string }
}

interface KubeEvent extends KubeObject {
  readonly reason: string
  readonly message: string
  readonly involvedObject: { readonly kind: string; readonly name: string }
}

// the one image that every node has
function pausing({ workloadImage }: Site): object {
  return { name: 'web', image: workloadImage, imagePullPolicy: 'IfNotPresent' }
}

async function withDeployment(
  { api }: Site,
  creation: Creation,
  look: (api: KubeClient, name: string) => Promise<void>,
): Promise<void> {
  const { name } = (creation.body as KubeObject).metadata
  const { status, message } = await create(api, creation)
  if (status !== 201) throw unexpected(`the Deployment is not admitted: ${status} ${message}`)
  try {
    await look(api, name)
  } finally {
    await remove(api, creation)
    await until(`the Pods of ${name} are gone`, RUNNING_SECONDS, async () => {
      const left = [...(await listPods(api, name)), ...(await listReplicaSets(api, name))]
      return left.length === 0 || undefined
    })
  }
}

async function expectRunning(api: KubeClient, name: string): Promise<void> {
  const pods = await until(`two Pods of ${name} run`, RUNNING_SECONDS, async () => {
    const running = (await listPods(api, name)).filter(({ status }) => status.phase === 'Running')
    return running.length === 2 ? running : undefined
  })
  for (const { metadata, spec } of pods) {
    expectEqual(`the seccomp profile of ${metadata.name}`, spec.securityContext?.seccompProfile, {
      type: 'RuntimeDefault',
    })
  }
}

async function expectTold(api: KubeClient, name: string): Promise<void> {
  const event = await until(`a ReplicaSet of ${name} tells of a failure`, RUNNING_SECONDS, async () => {
    const { items } = await api.call<{ items: readonly KubeEvent[] }>({ path: '/api/v1/namespaces/default/events' })
    return items.find(
      ({ reason, involvedObject }) =>
        reason === 'FailedCreate' && involvedObject.kind === 'ReplicaSet' && involvedObject.name.startsWith(name),
    )
  })
  const said =
    /^Error creating: admission webhook "[^"]+" denied the request: (policy pod-privileged: )?Privileged container is not allowed: web$/
  expectMatch('the event on the ReplicaSet', event.message, said)
  expectEqual(
    'the Pods that there are',
    (await listPods(api, name)).map(({ metadata }) => metadata.name),
    [],
  )
}

async function listPods(api: KubeClient, name: string): Promise<readonly Pod[]> {
  return (await api.call<{ items: readonly Pod[] }>({ path: selected('/api/v1/namespaces/default/pods', name) })).items
}

async function listReplicaSets(api: KubeClient, name: string): Promise<readonly KubeObject[]> {
  const path = selected('/apis/apps/v1/namespaces/default/replicasets', name)
  return (await api.call<{ items: readonly KubeObject[] }>({ path })).items
}

function selected(path: string, name: string): string {
  return `${path}?${new URLSearchParams({ labelSelector: `app=${name}` })}`
}
