import type { TestPolicy } from '../test-cluster.ts'
import { CONFIG_MAPS, configMap, core, create, inNamespace, sample, type VerdictCase } from './case.ts'

const apps = (resources: string[], operations = ['CREATE']) => [
  { apiGroups: ['apps'], apiVersions: ['v1'], resources, operations },
]

export const WARNING_GUEST = 'warning.wasm'

/** Policies of every kind of guest and every way of matching, each in a namespace of its own or on a kind of its own. */
export const GUEST_POLICIES: Readonly<Record<string, TestPolicy>> = {
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

export const GUEST_CASES: readonly VerdictCase[] = [
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
