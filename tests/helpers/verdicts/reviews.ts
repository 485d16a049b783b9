import type { WebhookFields } from '../../../util/webhook-fields.ts'
import type { TestPolicy } from '../test-cluster.ts'
import { CONFIG_MAPS, configMap, core, create, inNamespace, sample, type VerdictCase } from './case.ts'

/** Of the review that a guest is given. */
const SHOWN =
  '{/operation} {/kind/version} {/resource}/{/subResource} as {/requestResource/version} {/requestKind/version}: {/namespace}/{/name} ' +
  'by {/userInfo/username}, dry run {/dryRun}, {/options}, {/object/apiVersion} {/object/metadata/labels} {/object/data}, ' +
  'was {/oldObject/metadata/labels} {/oldObject/data}'

/** A policy of the sample `scripted` in a namespace of its own; unless told what to do, it warns of what it was shown. */
function scripted(namespace: string, does: object = { warnings: [SHOWN] }, fields: Partial<WebhookFields> = {}) {
  const module = sample('scripted')
  const rules = core(['configmaps'], ['*'])
  return { module, settings: { rules: [does] }, rules, ...inNamespace(namespace), ...fields }
}

const mutating = { allowedToMutate: true }
const autoscalers = [
  { apiGroups: ['autoscaling'], apiVersions: ['v1'], resources: ['horizontalpodautoscalers'], operations: ['*'] },
]

/** Policies that show what they are asked, change it one after the other, and deny with others. */
export const REVIEW_POLICIES: Readonly<Record<string, TestPolicy>> = {
  shown: scripted('shown'),
  'shown-connections': scripted(
    'shown',
    { warnings: [SHOWN], deny: { message: '{/options} {/object}', code: 403 } },
    { rules: core(['pods/exec'], ['CONNECT']) },
  ),
  'shown-equivalent': scripted('shown', { warnings: [`equivalent ${SHOWN}`] }, { rules: autoscalers }),
  'shown-exact': scripted('shown', { warnings: [`exact ${SHOWN}`] }, { rules: autoscalers, matchPolicy: 'Exact' }),
  'mutates-first': { ...scripted('mutated', { labels: { first: '{/name}' } }), ...mutating },
  'mutates-second': {
    ...scripted('mutated', {
      patch: [{ op: 'add', path: '/data', value: { seen: '{/object/metadata/labels}' } }],
    }),
    ...mutating,
  },
  'mutates-unseen': { ...scripted('mutated', { labels: { unseen: 'yes' } }), ...mutating, policyMode: 'monitor' },
  'validates-mutated': scripted('mutated', { warnings: ['{/object/metadata/labels} {/object/data}'] }),
  noted: scripted('noted', { auditAnnotations: { team: '{/name}' } }),
  'noted-denial': scripted('noted', {
    when: [{ pointer: '/name', equals: 'refused' }],
    warnings: ['mind this'],
    auditAnnotations: { why: 'because' },
    deny: { message: 'no "quoted" \\ ü€𝄞 <&> %s', code: 418 },
  }),
  undeletable: scripted('undeletable', {
    when: [{ pointer: '/operation', equals: 'DELETE' }],
    deny: { message: '{/oldObject/data} stays' },
  }),
  unpatchable: {
    ...scripted('unpatchable', { patch: [{ op: 'remove', path: '/data/none' }] }),
    ...mutating,
  },
  'trap-ignored': scripted('trap-ignored', { fail: 'trap' }, { failurePolicy: 'Ignore' }),
  late: { ...scripted('late', { fail: 'loop' }), timeoutEvalSeconds: 1 },
  'late-ignored': scripted('late-ignored', { fail: 'loop' }, { failurePolicy: 'Ignore', timeoutSeconds: 1 }),
  'condition-fails': scripted('condition-fails', undefined, {
    matchConditions: [{ name: 'labelled', expression: 'object.metadata.labels["none"] == "x"' }],
  }),
  'condition-ignored': scripted('condition-ignored', undefined, {
    failurePolicy: 'Ignore',
    matchConditions: [{ name: 'labelled', expression: 'object.metadata.labels["none"] == "x"' }],
  }),
}

const call = (title: string, sent: string, body?: object, contentType?: string): VerdictCase => {
  const [method = '', path = ''] = sent.split(' ')
  return { title, send: (api) => api.call(method, path, body, contentType) }
}
const SHOWN_MAP = `${CONFIG_MAPS('shown')}/one`
// Nothing is changed twice: an API server that remembers an older state asks once more, and shows that state first.
const APPLIED = `${CONFIG_MAPS('shown')}/applied`
const MERGE = 'application/merge-patch+json'
const SCALER = {
  metadata: { name: 'scaler' },
  spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
}
const SCALERS = (version: string) => `/apis/autoscaling/${version}/namespaces/shown/horizontalpodautoscalers`
const REFUSED = { name: 'refused' }

export const REVIEW_CASES: readonly VerdictCase[] = [
  create('what a guest is shown of a creation', CONFIG_MAPS('shown'), {
    metadata: { name: 'one', labels: { a: 'b' } },
    data: { b: 'ü' },
  }),
  create('of a dry run', `${CONFIG_MAPS('shown')}?dryRun=All&fieldManager=me`, { metadata: { name: 'dry' } }),
  call('of an update', `PATCH ${SHOWN_MAP}?fieldManager=me`, { data: { c: '2' } }, MERGE),
  call(
    'of a server-side apply',
    `PATCH ${APPLIED}?fieldManager=you&force=true`,
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { d: '3' },
    },
    'application/apply-patch+yaml',
  ),
  call('of a deletion', `DELETE ${APPLIED}?gracePeriodSeconds=0`),
  configMap('of another creation', 'shown', { name: 'two' }),
  call('of a deletion of many', `DELETE ${CONFIG_MAPS('shown')}?fieldSelector=metadata.name%3Dtwo`),
  create('of a Pod that one connects to', '/api/v1/namespaces/shown/pods', {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'c', image: 'c' }] },
  }),
  call('of a connection', 'POST /api/v1/namespaces/shown/pods/web/exec?container=c&command=id'),
  create('of a version that its rules name', `${SCALERS('v1')}?dryRun=All`, SCALER),
  create('of another version, by matchPolicy', `${SCALERS('v2')}?dryRun=All`, SCALER),
  configMap('mutations, of which the second sees the first', 'mutated'),
  { ...configMap('what is noted in the audit log', 'noted'), isNoted: true },
  { ...configMap('a denial with a code, a warning and a note', 'noted', REFUSED), isNoted: true },
  configMap('what may be created, but not deleted', 'undeletable'),
  call('a deletion that is denied', `DELETE ${CONFIG_MAPS('undeletable')}/one`),
  configMap('a patch that cannot be applied', 'unpatchable'),
  configMap('a guest that traps where failures are ignored', 'trap-ignored'),
  configMap('an evaluation that is late', 'late'),
  configMap('a policy that the API server does not wait for any longer', 'late-ignored'),
  configMap('a match condition that fails', 'condition-fails'),
  configMap('a match condition that fails where failures are ignored', 'condition-ignored'),
]
