import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { egressSelectorConfiguration } from '../../plugin/egress-selector.ts'
import type { Exclusions } from '../../plugin/exclusions.ts'
import { webhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { createAuthority } from '../../util/certificates.ts'
import type { Api } from '../helpers/api.ts'
import { createControlPlane } from '../helpers/control-plane.ts'

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1'
/** What the API server makes for itself with an empty etcd, and must make before it is ready. */
const BOOTSTRAPPED = '/registry/priorityclasses/'
const EVERYTHING = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'], scope: '*' }]
const MERGE = 'application/merge-patch+json'

const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
const { certificate: caBundle } = await createAuthority({ commonName: 'test', ...validity })

function configure(exclusions: Exclusions, ids: readonly string[] = ['everything']) {
  const policies = ids.flatMap((id) => [
    { id, mutating: false, rules: EVERYTHING },
    { id: `${id}-mutating`, mutating: true, rules: EVERYTHING },
  ])
  const { validating, mutating } = webhookConfigurations({
    policies,
    client: { host: 'shim.internal' },
    caBundle,
    exclusions,
  })
  return { validatingwebhookconfigurations: validating, mutatingwebhookconfigurations: mutating }
}

/** Registers policies that look at everything, for a shim that nobody has started, and waits until they are in force. */
async function policeEverything(api: Api, exclusions: Exclusions): Promise<void> {
  for (const [resource, object] of Object.entries(configure(exclusions))) {
    await api.must('POST', `${WEBHOOKS}/${resource}`, object)
  }
  const namespace = exclusions === 'none' ? 'kube-system' : 'default'
  while ((await createConfigMap(api, namespace)).status !== 500);
}

async function unpolice(api: Api): Promise<void> {
  for (const resource of Object.keys(configure('default')))
    await api.must('DELETE', `${WEBHOOKS}/${resource}/gatehouse`)
}

function createConfigMap(api: Api, namespace: string) {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
  return api.call('POST', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, body)
}

function createPodTemplate(api: Api, namespace: string) {
  const template = { spec: { containers: [{ name: 'a', image: 'a' }] } }
  const body = { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 'a' }, template }
  return api.call('POST', `/api/v1/namespaces/${namespace}/podtemplates?dryRun=All`, body)
}

function object(apiVersion: string, kind: string, fields: object = {}) {
  return { apiVersion, kind, metadata: { name: 'a', namespace: 'default' }, ...fields }
}

t.test('policies for everything, and no shim', async (t) => {
  const controlPlane = await createControlPlane(t)
  const file = join(controlPlane.folder, 'egress-selector.yaml')
  await writeFile(file, toYaml([egressSelectorConfiguration({ socket: join(controlPlane.folder, 'absent.sock') })]))
  const flags = [`--egress-selector-config-file=${file}`]
  let api = await controlPlane.start({ flags })

  await t.test('the API server takes the objects whatever the ids', async (t) => {
    const ids = [
      'plain',
      'a.b',
      'a..b',
      'Upper',
      'under_score',
      'two words',
      'ümläut',
      '日本',
      '%2F',
      '?#&',
      '-',
      '\u0001',
      'x'.repeat(300),
    ]
    for (const [resource, configuration] of Object.entries(configure('default', ids))) {
      const { status, text } = await api.call('POST', `${WEBHOOKS}/${resource}?dryRun=All`, configuration)
      t.equal(status, 201, text)
    }
  })

  await api.must('POST', '/api/v1/nodes', object('v1', 'Node', { metadata: { name: 'a' } }))

  await t.test('with the default exclusions', async (t) => {
    await policeEverything(api, 'default')

    await t.test('what keeps a cluster alive is not policed', async (t) => {
      const event = { involvedObject: { kind: 'Pod', namespace: 'default', name: 'a' } }
      const newEvent = {
        metadata: { name: 'b', namespace: 'default' },
        regarding: { kind: 'Pod', namespace: 'default', name: 'a' },
        eventTime: '2026-01-01T00:00:00.000000Z',
        reportingController: 'example.com/test',
        reportingInstance: 'a',
        action: 'a',
        reason: 'a',
        type: 'Normal',
      }
      const requests: [string, string, object?][] = [
        ['POST', '/apis/coordination.k8s.io/v1/namespaces/default/leases', object('coordination.k8s.io/v1', 'Lease')],
        ['POST', '/api/v1/namespaces/default/events', object('v1', 'Event', event)],
        ['POST', '/apis/events.k8s.io/v1/namespaces/default/events', object('events.k8s.io/v1', 'Event', newEvent)],
        ['PATCH', '/api/v1/nodes/a/status', { status: { phase: 'Running' } }],
        ['PATCH', '/api/v1/namespaces/kube-system', { metadata: { labels: { a: 'b' } } }],
      ]
      for (const [method, path, body] of requests) {
        const { status, text } = await api.call(method, path, body, method === 'PATCH' ? MERGE : undefined)
        t.ok(status < 300, `${method} ${path}: ${text}`)
      }
      for (const namespace of ['kube-system', 'kube-public', 'kube-node-lease']) {
        t.equal((await createConfigMap(api, namespace)).status, 201, namespace)
      }
    })

    await t.test('everything else is, in a namespace or not, and fails closed', async (t) => {
      const requests: [string, string, object?][] = [
        ['POST', '/api/v1/namespaces', object('v1', 'Namespace', { metadata: { name: 'a' } })],
        ['POST', '/api/v1/namespaces/default/configmaps', object('v1', 'ConfigMap')],
        ['PATCH', '/api/v1/nodes/a', { metadata: { labels: { a: 'b' } } }],
        ['DELETE', '/api/v1/nodes/a'],
      ]
      for (const [method, path, body] of requests) {
        const { status, text } = await api.call(method, path, body, method === 'PATCH' ? MERGE : undefined)
        // a match condition in error would answer 403
        t.equal(status, 500, `${method} ${path}`)
        t.match(text, /failed calling webhook .*no such file or directory/)
      }
    })

    await t.test('of workloads, those in the namespaces of the system are not policed, all others are', async (t) => {
      await unpolice(api)
      while ((await createPodTemplate(api, 'default')).status === 500);
      const rules = [{ ...EVERYTHING[0], apiGroups: [''], resources: ['podtemplates'] }]
      const policies = [{ id: 'workloads', mutating: false, rules }]
      const { validating } = webhookConfigurations({ policies, client: { host: 'shim.internal' }, caBundle })
      await api.must('POST', `${WEBHOOKS}/validatingwebhookconfigurations`, validating)
      while ((await createPodTemplate(api, 'default')).status !== 500);
      await api.must('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b' } })
      const { status, text } = await createPodTemplate(api, 'b')
      t.equal(status, 500, 'also in a namespace of which nothing has been heard yet')
      t.match(text, /failed calling webhook .*no such file or directory/)
      for (const namespace of ['kube-system', 'kube-public', 'kube-node-lease']) {
        t.equal((await createPodTemplate(api, namespace)).status, 201, namespace)
      }
      const relabelled = { metadata: { labels: { 'kubernetes.io/metadata.name': 'kube-system' } } }
      await api.call('PATCH', '/api/v1/namespaces/b', relabelled, MERGE)
      t.equal((await createPodTemplate(api, 'b')).status, 500, 'and nobody can give a namespace the name of another')
      await api.must('DELETE', `${WEBHOOKS}/validatingwebhookconfigurations/gatehouse`)
      await policeEverything(api, 'default')
    })

    await t.test('a cold boot repairs what is missing, and ends ready', async (t) => {
      await controlPlane.forget(BOOTSTRAPPED)
      api = await controlPlane.start({ flags })
      const path = '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical'
      t.equal((await api.call('GET', path)).status, 200)
    })
  })

  await t.test('without exclusions even kube-system and the API server itself are policed', async (t) => {
    await unpolice(api)
    await policeEverything(api, 'none')
    t.match((await createConfigMap(api, 'kube-system')).text, /failed calling webhook/)
    await controlPlane.forget(BOOTSTRAPPED)
    await t.rejects(controlPlane.start({ flags }), { code: 'ERR_PROCESS_EXITED', message: /failed calling webhook/ })
  })
})
