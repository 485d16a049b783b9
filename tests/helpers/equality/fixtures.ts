import type { RigAnswer } from './api-server.ts'
import type { EqualityRig } from './rig.ts'

const CONTAINERS = [{ name: 'c', image: 'example.com/c:1' }]
const TEMPLATE = { metadata: { labels: { app: 'web' } }, spec: { containers: CONTAINERS } }

/** What the requests of the cases are about. Written before any policy is in force, and left as it is by dry runs. */
export async function createFixtures({ senders }: Pick<EqualityRig, 'senders'>): Promise<void> {
  const [send = refuse] = senders
  const put = async (path: string, body: object, method = 'POST') => {
    const answer = await send({ method, path, body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  }
  for (const [name, labels] of Object.entries({ dev: { env: 'dev' }, prod: { env: 'prod' }, plain: {} }))
    await put('/api/v1/namespaces', { metadata: { name, labels } })
  for (const scope of ['Namespaced', 'Cluster'] as const)
    await put('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(scope))
  await put('/api/v1/nodes', { metadata: { name: 'n1' } })
  const core = '/api/v1/namespaces/dev'
  for (const name of ['settings', 'b1', 'b2'])
    await put(`${core}/configmaps`, {
      metadata: { name, labels: { app: 'web', batch: name === 'settings' ? 'no' : 'yes' } },
      data: { a: '1' },
    })
  await put(`${core}/configmaps`, {
    metadata: { name: 'ending', labels: { app: 'web' }, finalizers: ['example.com/wait'] },
  })
  await put(`${core}/configmaps/ending`, {}, 'DELETE')
  await put(`${core}/pods`, {
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { nodeName: 'n1', containers: CONTAINERS },
  })
  await put(`${core}/pods`, { metadata: { name: 'free' }, spec: { containers: CONTAINERS } })
  await put(`${core}/services`, { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } })
  await put(`${core}/events`, { ...event('e1'), metadata: { name: 'e1' } })
  await put('/apis/apps/v1/namespaces/dev/deployments', {
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { selector: { matchLabels: { app: 'web' } }, template: TEMPLATE },
  })
  await put('/apis/autoscaling/v2/namespaces/dev/horizontalpodautoscalers', {
    metadata: { name: 'web' },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  })
  await until(() => send({ method: 'GET', path: '/apis/example.com/v1beta1/namespaces/dev/widgets' }))
  await until(() => send({ method: 'GET', path: '/apis/example.com/v1beta1/gadgets' }))
  await put('/apis/example.com/v1/namespaces/dev/widgets', { ...widget('w1'), spec: { size: 1 } })
  await put('/apis/example.com/v1/gadgets', { ...widget('g1', 'Gadget'), spec: { size: 1 } })
  for (const ask of senders) {
    await until(() => ask({ method: 'GET', path: '/apis/example.com/v1beta1/namespaces/dev/widgets/w1' }))
    await until(() => ask({ method: 'GET', path: '/apis/example.com/v1/gadgets/g1' }))
  }
}

export function widget(name: string, kind = 'Widget', version = 'v1') {
  return { apiVersion: `example.com/${version}`, kind, metadata: { name } }
}

export function pod(name: string, fields: object = {}) {
  return { metadata: { name, labels: { app: 'web' } }, spec: { containers: CONTAINERS, ...fields } }
}

export function deployment(name: string, replicas = 1) {
  const selector = { matchLabels: { app: 'web' } }
  return { metadata: { name, labels: { app: 'web' } }, spec: { replicas, selector, template: TEMPLATE } }
}

export function event(reason: string) {
  const involvedObject = { kind: 'Pod', namespace: 'dev', name: 'web', apiVersion: 'v1' }
  return { metadata: { generateName: 'e-' }, involvedObject, reason, message: 'm', type: 'Normal' }
}

function definition(scope: 'Namespaced' | 'Cluster') {
  const [kind, plural] = scope === 'Namespaced' ? ['Widget', 'widgets'] : ['Gadget', 'gadgets']
  const spec = {
    type: 'object',
    properties: {
      size: { type: 'integer', format: 'int64' },
      mode: { type: 'string', default: 'auto' },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec, status: spec } } }
  const subresources = { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } }
  const version = (name: string) => ({ name, served: true, storage: name === 'v1', schema, subresources })
  return {
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope, names: { plural, kind }, versions: [version('v1'), version('v1beta1')] },
  }
}

async function until(ask: () => Promise<RigAnswer>): Promise<void> {
  while ((await ask()).status !== 200);
}

function refuse(): never {
  throw new Error('there is no API server')
}
