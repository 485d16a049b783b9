import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../util/package-root.ts'
import type { Api } from './api.ts'
import { buildAnsweringGuest } from './guests.ts'
import { type TestPolicy, writePolicies } from './test-cluster.ts'

/** A request, and what a client may see of the verdict on it. */
export interface VerdictCase {
  readonly title: string
  readonly send: (api: Api) => ReturnType<Api['call']>
  /** Fields of the stored object that a policy may change. */
  readonly shows?: (object: StoredObject) => unknown
}

interface StoredObject {
  readonly metadata: { readonly labels?: unknown }
  readonly spec?: { readonly securityContext?: unknown }
  readonly data?: unknown
}

export interface Verdict {
  readonly status: number
  /** Of a denial, without the names of who denied. */
  readonly message?: string
  readonly warnings?: readonly string[]
  readonly object?: unknown
}

const core = (resources: string[], operations = ['CREATE']) => [
  { apiGroups: [''], apiVersions: ['v1'], resources, operations },
]
const apps = (resources: string[], operations = ['CREATE']) => [
  { apiGroups: ['apps'], apiVersions: ['v1'], resources, operations },
]
const sample = (name: string) => join(packageRoot(), 'policies', name, 'policy.wasm')
const inNamespace = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
})

const WARNING_GUEST = 'warning.wasm'

/** Writes policies.yml for the cases, and the modules that it names. */
export function writeCasePolicies(folder: string): string {
  const file = writePolicies(folder, CASE_POLICIES)
  const answer = { accepted: true, valid: true, warnings: ['mind the gap'] }
  writeFileSync(join(folder, WARNING_GUEST), buildAnsweringGuest(JSON.stringify(answer)))
  return file
}

/** Policies of every kind of guest and every way of matching, each in a namespace of its own or on a kind of its own. */
const CASE_POLICIES: Readonly<Record<string, TestPolicy>> = {
  'pod-privileged': {
    module: sample('pod-privileged'),
    rules: core(['pods', 'pods/ephemeralcontainers'], ['CREATE', 'UPDATE']),
  },
  'default-seccomp-profile': {
    module: sample('default-seccomp-profile'),
    allowedToMutate: true,
    rules: core(['pods']),
  },
  'replica-limits': {
    module: sample('replica-limits'),
    settings: { ranges: [{ min_replicas: 1, max_replicas: 5 }] },
    rules: apps(['deployments', 'deployments/scale'], ['CREATE', 'UPDATE']),
  },
  'require-labels': {
    module: sample('require-labels'),
    settings: { required_labels: ['app'] },
    rules: apps(['deployments']),
  },
  'service-types': {
    module: sample('service-types'),
    settings: { denied_types: ['ExternalName'] },
    rules: core(['services']),
  },
  selected: {
    guest: 'deny',
    rules: core(['configmaps'], ['CREATE', 'UPDATE']),
    objectSelector: { matchLabels: { selected: 'yes' } },
  },
  conditioned: {
    guest: 'deny',
    rules: core(['configmaps']),
    ...inNamespace('conditioned'),
    matchConditions: [{ name: 'named', expression: "object.metadata.name.startsWith('refused')" }],
  },
  monitored: { guest: 'deny', policyMode: 'monitor', rules: core(['configmaps']), ...inNamespace('monitored') },
  worded: { guest: 'deny', message: 'not in this shop', rules: core(['configmaps']), ...inNamespace('worded') },
  'may-not-mutate': { guest: 'mutate', rules: core(['configmaps']), ...inNamespace('may-not-mutate') },
  warned: { module: WARNING_GUEST, rules: core(['configmaps']), ...inNamespace('warned') },
  grouped: {
    policies: { accepts: { module: 'accept.wasm' }, refuses: { module: 'deny.wasm' } },
    expression: 'accepts() && refuses()',
    message: 'the group says no',
    rules: core(['configmaps']),
    ...inNamespace('grouped'),
  },
  'accepts-all': { guest: 'accept', rules: core(['configmaps']), ...inNamespace('accepts-all') },
  trap: { guest: 'trap', rules: core(['configmaps']), ...inNamespace('trap') },
  garbage: { guest: 'garbage-verdict', rules: core(['configmaps']), ...inNamespace('garbage') },
}

const CONFIG_MAPS = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`
const PODS = '/api/v1/namespaces/default/pods'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const POD = (name: string, privileged = false) => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'c', securityContext: { privileged } }] },
})
const DEPLOYMENT = (name: string, labels: object, replicas = 1) => ({
  metadata: { name, labels },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { ...POD(name), metadata: { labels: { app: name } } },
  },
})

const create = (title: string, path: string, body: object): VerdictCase => ({
  title,
  send: (api) => api.call('POST', path, body),
  shows: ({ metadata: { labels }, spec, data }) => ({ labels, securityContext: spec?.securityContext, data }),
})
const configMap = (title: string, namespace: string, metadata: object = { name: 'one' }) =>
  create(title, CONFIG_MAPS(namespace), { metadata })

export const CASES: readonly VerdictCase[] = [
  create('a Pod that is accepted, and mutated', PODS, POD('plain')),
  create('a Pod that is denied', PODS, POD('root', true)),
  create('a dry run that is mutated', `${PODS}?dryRun=All`, POD('dry')),
  create('a dry run that is denied', `${PODS}?dryRun=All`, POD('dry', true)),
  {
    title: 'a subresource that is denied',
    send: (api) =>
      api.call(
        'PATCH',
        `${PODS}/plain/ephemeralcontainers`,
        { spec: { ephemeralContainers: [{ name: 'e', image: 'e', securityContext: { privileged: true } }] } },
        'application/strategic-merge-patch+json',
      ),
  },
  create('Rego accepts', DEPLOYMENTS, DEPLOYMENT('few', { app: 'few' })),
  create('Rego denies', DEPLOYMENTS, DEPLOYMENT('many', { app: 'many' }, 50)),
  {
    title: 'Rego denies a scale',
    send: (api) =>
      api.call('PATCH', `${DEPLOYMENTS}/few/scale`, { spec: { replicas: 50 } }, 'application/merge-patch+json'),
  },
  create('one of two policies denies', DEPLOYMENTS, DEPLOYMENT('unlabelled', {})),
  create('a Service that is denied', '/api/v1/namespaces/default/services', {
    metadata: { name: 'out' },
    spec: { type: 'ExternalName', externalName: 'example.org' },
  }),
  configMap('an object that no selector selects', 'default'),
  configMap('an object that a selector selects', 'default', { name: 'two', labels: { selected: 'yes' } }),
  {
    title: 'an update that makes a selector select it',
    send: (api) =>
      api.call(
        'PATCH',
        `${CONFIG_MAPS('default')}/one`,
        { metadata: { labels: { selected: 'yes' } } },
        'application/merge-patch+json',
      ),
  },
  configMap('a match condition that is false', 'conditioned', { name: 'accepted' }),
  configMap('a match condition that is true', 'conditioned', { name: 'refused' }),
  configMap('monitor mode', 'monitored'),
  configMap("a denial in the policy's own words", 'worded'),
  configMap('a mutation that is not allowed', 'may-not-mutate'),
  configMap('a warning', 'warned'),
  configMap('a group that denies', 'grouped'),
  configMap('a guest that traps', 'trap'),
  configMap('a guest that answers nonsense', 'garbage'),
]

/** Asks every case of an API server, one after the other: some build on the objects of others. */
export async function askAll(api: Api): Promise<Readonly<Record<string, Verdict>>> {
  for (const name of Object.values(CASE_POLICIES).map(namespaceOf)) {
    if (name !== undefined) await api.must('POST', '/api/v1/namespaces', { metadata: { name } })
  }
  const verdicts: [string, Verdict][] = []
  for (const { title, send, shows } of CASES) {
    const { status, text, warnings } = await send(api)
    const body = JSON.parse(text)
    const message = status < 300 ? undefined : withoutNames(body.message)
    verdicts.push([
      title,
      {
        status,
        ...(message !== undefined && { message }),
        ...(warnings.length > 0 && { warnings }),
        ...(message === undefined && shows !== undefined && { object: shows(body) }),
      },
    ])
  }
  return Object.fromEntries(verdicts)
}

function namespaceOf({ namespaceSelector }: TestPolicy): string | undefined {
  return namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name']
}

// what is wrong with an answer that is none, Go and JavaScript say in words of their own
const NOT_READABLE = /(cannot deserialize policy validation response): .*/

// The API server names the webhook, or the plugin the policy; a shared entry names the policy, too.
function withoutNames(message: string): string {
  const verdict = message.replace(/^.*? denied the request: (?:policy [\w-]+: )?/, '')
  return verdict.replace(NOT_READABLE, '$1')
}
