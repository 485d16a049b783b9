import type { EqualityCase } from '../case.ts'
import { event, widget } from '../fixtures.ts'

const WIDGETS = ['v1', 'v1beta1'].map((version) => `/apis/example.com/${version}/namespaces/dev/widgets`)
const [V1 = '', BETA = ''] = WIDGETS
const create = (version: 'v1' | 'v1beta1') => ({
  send: `POST ${version === 'v1' ? V1 : BETA}`,
  body: { ...widget('w', 'Widget', version), spec: { size: 3 } },
})
const MERGE = 'application/merge-patch+json'
const scaler = (version: 'v1' | 'v2') => ({
  send: `POST /apis/autoscaling/${version}/namespaces/dev/horizontalpodautoscalers`,
  body: {
    metadata: { name: 'h' },
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  },
})
const CORE_EVENT = {
  send: 'POST /api/v1/namespaces/dev/events',
  body: { ...event('Started'), metadata: { name: 'e2' } },
}
const NEW_EVENT = {
  send: 'POST /apis/events.k8s.io/v1/namespaces/dev/events',
  body: {
    metadata: { name: 'e3' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    regarding: { kind: 'Pod', namespace: 'dev', name: 'web' },
    reason: 'Started',
    action: 'Start',
    type: 'Normal',
    reportingController: 'example.com/c',
    reportingInstance: 'c-1',
  },
}
const TELL_VERSION = [{ warnings: ['{/object/apiVersion} {/object/spec}, asked as {/requestKind/version}'] }]

export const VERSIONS: readonly EqualityCase[] = [
  {
    title: 'Equivalent delivers an object in the version that the policies name',
    sits: 'shared',
    policies: {
      a: { rules: 'example.com/v1 widgets *', does: TELL_VERSION },
      b: { rules: 'example.com/v1 widgets CREATE' },
    },
    requests: [
      { ...create('v1'), asks: 'a b' },
      { ...create('v1beta1'), asks: 'a b' },
      { send: `DELETE ${BETA}/w1`, asks: 'a' },
      { send: `PATCH ${BETA}/w1`, body: { spec: { size: 9 } }, contentType: MERGE, asks: 'a' },
    ],
  },
  {
    title: 'Exact passes over other versions',
    sits: 'shared',
    policies: {
      a: { rules: 'example.com/v1 widgets *', matchPolicy: 'Exact' },
      b: { rules: 'example.com/v1beta1 widgets *', matchPolicy: 'Exact' },
      c: { rules: 'example.com/* widgets *', matchPolicy: 'Exact', does: TELL_VERSION },
    },
    requests: [
      { ...create('v1'), asks: 'a c' },
      { ...create('v1beta1'), asks: 'b c' },
    ],
  },
  {
    title: 'Exact beside Equivalent of the same version',
    sits: 'shared',
    policies: {
      exact: { rules: 'example.com/v1 widgets *', matchPolicy: 'Exact' },
      wide: { rules: 'example.com/v1 widgets *', matchPolicy: 'Equivalent', does: TELL_VERSION },
    },
    requests: [
      { ...create('v1'), asks: 'exact wide' },
      { ...create('v1beta1'), asks: 'wide' },
    ],
  },
  {
    title: 'stealing versions: a star beside a version that is named',
    sits: { alone: 'takes another version' },
    policies: {
      star: { rules: 'example.com/* widgets *', does: TELL_VERSION },
      v1: { rules: 'example.com/v1 widgets *', does: TELL_VERSION },
    },
    requests: [
      { ...create('v1'), asks: 'star v1' },
      { ...create('v1beta1'), asks: 'star v1' },
    ],
  },
  {
    title: 'two versions of a kind of the API server, each named by a policy',
    sits: { alone: 'takes another version' },
    policies: {
      v1: { rules: 'autoscaling/v1 horizontalpodautoscalers *', does: TELL_VERSION },
      v2: { rules: 'autoscaling/v2 horizontalpodautoscalers *', does: TELL_VERSION },
    },
    requests: [
      { ...scaler('v1'), asks: 'v1 v2' },
      { ...scaler('v2'), asks: 'v1 v2' },
    ],
  },
  {
    title: 'one version of a kind of the API server, named by all',
    sits: 'shared',
    policies: {
      a: { rules: 'autoscaling/v1 horizontalpodautoscalers *', does: TELL_VERSION },
      b: { rules: 'autoscaling/v1 horizontalpodautoscalers *' },
      c: { rules: 'autoscaling/v1 horizontalpodautoscalers *', matchPolicy: 'Exact' },
    },
    requests: [
      { ...scaler('v1'), asks: 'a b c' },
      { ...scaler('v2'), asks: 'a b' },
    ],
  },
  {
    title: 'every version is delivered as it came to those that list them all',
    sits: 'shared',
    policies: {
      a: { rules: 'autoscaling/v1,v2 horizontalpodautoscalers *', does: TELL_VERSION },
      b: { rules: 'autoscaling/v1,v2 horizontalpodautoscalers *' },
    },
    requests: [
      { ...scaler('v1'), asks: 'a b' },
      { ...scaler('v2'), asks: 'a b' },
    ],
  },
  {
    title: 'stars alone',
    sits: 'shared',
    policies: { a: { rules: '*/* widgets *', does: TELL_VERSION }, b: { rules: 'example.com/* * *' } },
    requests: [
      { ...create('v1'), asks: 'a b' },
      { ...create('v1beta1'), asks: 'a b' },
    ],
  },
  {
    title: 'the core group has one version, so that a star says as much as its name',
    sits: 'shared',
    policies: { a: { rules: 'core/* configmaps *' }, b: { rules: 'core/v1 configmaps *' } },
    requests: [{ send: 'POST /api/v1/namespaces/dev/configmaps', body: { metadata: { name: 'c' } }, asks: 'a b' }],
  },
  {
    title: 'events come from either group to those that name one',
    sits: 'shared',
    exclusions: 'none',
    policies: { a: { rules: 'core/v1 events CREATE', does: TELL_VERSION }, b: { rules: 'core/v1 events CREATE' } },
    requests: [
      { ...CORE_EVENT, asks: 'a b' },
      { ...NEW_EVENT, asks: 'a b' },
    ],
  },
  {
    title: 'events in both groups, each named by a policy',
    sits: { alone: 'takes another version' },
    exclusions: 'none',
    policies: {
      core: { rules: 'core/v1 events CREATE', does: TELL_VERSION },
      new: { rules: 'events.k8s.io/v1 events CREATE', does: TELL_VERSION },
    },
    requests: [
      { ...CORE_EVENT, asks: 'core new' },
      { ...NEW_EVENT, asks: 'core new' },
    ],
  },
  {
    title: 'subresources of another version',
    sits: 'shared',
    policies: {
      a: { rules: 'example.com/v1 widgets/* *', does: TELL_VERSION },
      b: { rules: 'example.com/v1 widgets/status *' },
    },
    requests: [
      { send: `PATCH ${BETA}/w1/scale`, body: { spec: { replicas: 4 } }, contentType: MERGE, asks: 'a' },
      { send: `PATCH ${BETA}/w1/status`, body: { status: { size: 4 } }, contentType: MERGE, asks: 'a b' },
    ],
  },
  {
    title: 'a patch in the version that is delivered, for a request in another',
    sits: 'shared',
    policies: {
      a: {
        rules: 'example.com/v1 widgets CREATE',
        mutating: true,
        mutates: 'metadata',
        does: [{ labels: { seen: '{/kind/version}' } }],
      },
      b: {
        rules: 'example.com/v1 widgets CREATE',
        mutating: true,
        does: [{ patch: [{ op: 'add', path: '/spec/size', value: 8 }] }],
      },
      c: { rules: 'example.com/v1 widgets CREATE', does: TELL_VERSION },
      d: { rules: 'example.com/v1 widgets CREATE' },
    },
    requests: [
      { ...create('v1'), asks: 'a b c d' },
      { ...create('v1beta1'), asks: 'a b c d' },
    ],
  },
  {
    title: 'other versions for other operations, scopes and resources',
    sits: 'shared',
    policies: {
      a: { rules: 'example.com/v1 widgets CREATE', does: TELL_VERSION },
      b: { rules: 'example.com/v1beta1 widgets UPDATE,DELETE', does: TELL_VERSION },
      c: { rules: 'example.com/v1beta1 gadgets,widgets * Cluster', does: TELL_VERSION },
      d: { rules: 'example.com/v1 * CREATE Namespaced', does: TELL_VERSION },
    },
    requests: [
      { ...create('v1'), asks: 'a d' },
      { ...create('v1beta1'), asks: 'a d' },
      { send: `PATCH ${V1}/w1`, body: { spec: { size: 9 } }, contentType: MERGE, asks: 'b' },
      { send: `DELETE ${BETA}/w1`, asks: 'b' },
      { send: 'POST /apis/example.com/v1/gadgets', body: widget('g', 'Gadget'), asks: 'c' },
      { send: 'DELETE /apis/example.com/v1beta1/gadgets/g1', asks: 'c' },
    ],
  },
  {
    title: 'several rules of one policy, of which the first that fits says the version',
    sits: 'shared',
    policies: {
      a: { rules: ['example.com/v1beta1 gadgets *', 'example.com/v1 widgets *'], does: TELL_VERSION },
      b: { rules: ['example.com/v1 widgets CREATE', 'example.com/v1beta1 gadgets CREATE'], does: TELL_VERSION },
    },
    requests: [
      { ...create('v1beta1'), asks: 'a b' },
      { send: 'POST /apis/example.com/v1/gadgets', body: widget('g', 'Gadget'), asks: 'a b' },
    ],
  },
  {
    title: 'conditions and selectors look at the version that is delivered',
    sits: 'shared',
    policies: {
      a: {
        rules: 'example.com/v1 widgets CREATE',
        matchConditions: [
          {
            name: 'v1',
            expression: 'object.apiVersion == "example.com/v1" && request.requestKind.version == "v1beta1"',
          },
        ],
      },
      b: {
        rules: 'example.com/v1 widgets CREATE',
        matchConditions: [{ name: 'v1', expression: 'request.kind.version == "v1"' }],
      },
    },
    requests: [
      { ...create('v1'), asks: 'b' },
      { ...create('v1beta1'), asks: 'a b' },
    ],
  },
]
