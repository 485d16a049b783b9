import type { EqualityCase } from '../case.ts'
import { pod, widget } from '../fixtures.ts'
import { add, anything, has, metadata, SEEN, SIDECAR } from './mutating-policies.ts'

const DEV = '/api/v1/namespaces/dev'
const MAPS = 'core/v1 configmaps CREATE,UPDATE'
const PODS = 'core/v1 pods CREATE'
const WIDGETS = 'example.com/v1 widgets CREATE,UPDATE'
const MERGE = 'application/merge-patch+json'
const CREATE = { send: `POST ${DEV}/configmaps`, body: { metadata: { name: 'c' }, data: { a: '1' } } }
const CREATE_WIDGET = `POST /apis/example.com/v1/namespaces/dev/widgets`

export const MUTATION_ORDER: readonly EqualityCase[] = [
  {
    title: 'mutating policies that no request concerns both',
    sits: 'shared',
    policies: {
      a: anything(MAPS, add('/data/added', 'yes')),
      b: anything(PODS, SIDECAR),
      c: anything(WIDGETS, add('/spec', { size: 7 })),
    },
    requests: [
      { ...CREATE, asks: 'a' },
      { send: `POST ${DEV}/pods`, body: pod('p'), asks: 'b' },
      { send: CREATE_WIDGET, body: widget('w'), asks: 'c' },
    ],
  },
  {
    title: 'labels and annotations, by one policy after the other',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { a: '1' } }),
      b: metadata(MAPS, { ...has('/object/metadata/labels/a'), labels: { b: '{/object/metadata/labels/a}2' } }),
      c: metadata(MAPS, {
        ...has('/object/metadata/labels/b'),
        labels: { c: '{/object/metadata/labels/b}3' },
        ...SEEN,
      }),
    },
    requests: [
      { ...CREATE, asks: 'a b c' },
      { send: `PATCH ${DEV}/configmaps/settings`, body: { data: { a: '5' } }, contentType: MERGE, asks: 'a b c' },
    ],
  },
  {
    title: 'the order of ids is that of their bytes',
    sits: 'shared',
    policies: {
      B: metadata(MAPS, SEEN),
      a10: metadata(MAPS, { labels: { last: 'a10' } }),
      a9: metadata(MAPS, { labels: { last: 'a9' } }),
      é: metadata(MAPS, { labels: { first: '{/object/metadata/labels/last}' } }),
    },
    requests: [{ ...CREATE, asks: 'B a10 a9 é' }],
  },
  {
    title: 'the last of an entry may change what it likes',
    sits: 'shared',
    policies: {
      a: metadata(PODS, { labels: { a: '1' } }),
      b: metadata(PODS, SEEN),
      c: anything(PODS, [SIDECAR, { labels: { c: '3' } }]),
      d: { rules: PODS },
      e: { rules: PODS, does: [{ deny: { message: '{/object/spec/containers/1} {/object/metadata/labels}' } }] },
    },
    requests: [{ send: `POST ${DEV}/pods`, body: pod('p'), asks: 'a b c d e' }],
  },
  {
    title: 'what the API server defaults between two mutating policies',
    sits: { alone: 'has to see what the API server makes of the changes of a' },
    policies: {
      a: anything(PODS, SIDECAR),
      b: anything(PODS, { annotations: { pull: '{/object/spec/containers/1/imagePullPolicy}' } }),
    },
    requests: [{ send: `POST ${DEV}/pods`, body: pod('p'), asks: 'a b' }],
  },
  {
    title: 'what the API server prunes between two mutating policies',
    sits: { alone: 'has to see what the API server makes of the changes of a' },
    policies: {
      a: anything(WIDGETS, [add('/unknown', 1), add('/spec', { nope: true, size: 1 })]),
      b: metadata(WIDGETS, { annotations: { unknown: '{/object/unknown}', spec: '{/object/spec}' } }),
    },
    requests: [{ send: CREATE_WIDGET, body: widget('w'), asks: 'a b' }],
  },
  {
    title: 'an objectSelector that matches what an earlier policy made',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { tier: 'x' } }),
      b: metadata(MAPS, { labels: { b: 'was here' }, ...SEEN }, { objectSelector: { matchLabels: { tier: 'x' } } }),
      c: metadata(MAPS, SEEN, { objectSelector: { matchLabels: { tier: 'y' } } }),
    },
    requests: [{ ...CREATE, body: { metadata: { name: 'c' } }, asks: 'a b' }],
  },
  {
    title: 'an objectSelector that matches no longer',
    sits: 'shared',
    policies: {
      a: metadata(
        MAPS,
        { patch: [{ op: 'remove', path: '/metadata/labels/tier' }] },
        { objectSelector: { matchLabels: { tier: 'x' } } },
      ),
      b: metadata(MAPS, SEEN, { objectSelector: { matchLabels: { tier: 'x' } } }),
      c: metadata(MAPS, SEEN, { objectSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] } }),
    },
    requests: [
      { ...CREATE, body: { metadata: { name: 'c', labels: { tier: 'x' } } }, asks: 'a c' },
      { ...CREATE, body: { metadata: { name: 'c', labels: { tier: 'x', other: 'y' } } }, asks: 'a c' },
    ],
  },
  {
    title: 'conditions about what an earlier policy made',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { annotations: { 'example.com/a': '1' } }),
      b: metadata(MAPS, SEEN, {
        matchConditions: [
          { name: 'c', expression: 'object.metadata.?annotations["example.com/a"].orValue("") == "1"' },
        ],
      }),
      c: metadata(MAPS, SEEN, { matchConditions: [{ name: 'c', expression: '!has(object.metadata.annotations)' }] }),
    },
    requests: [{ ...CREATE, asks: 'a b' }],
  },
  {
    title: 'conditions that fail about what an earlier policy made',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { annotations: { a: '1' } }, { failurePolicy: 'Ignore' }),
      b: metadata(MAPS, SEEN, {
        failurePolicy: 'Ignore',
        matchConditions: [{ name: 'c', expression: 'object.metadata.labels.none == "1"' }],
      }),
      c: metadata(MAPS, SEEN, { failurePolicy: 'Ignore' }),
    },
    requests: [{ ...CREATE, asks: 'a c' }],
  },
  {
    title: 'conditions that an earlier policy made fail, where failures forbid',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { patch: [{ op: 'remove', path: '/metadata/labels' }] }),
      b: metadata(MAPS, SEEN, { matchConditions: [{ name: 'c', expression: 'object.metadata.labels.app == "x"' }] }),
      c: metadata(MAPS, SEEN),
    },
    requests: [{ ...CREATE, body: { metadata: { name: 'c', labels: { app: 'x' } } }, asks: 'a', status: 403 }],
  },
  {
    title: 'one selector and one condition of all members, that an earlier one of them leaves behind',
    sits: 'shared',
    policies: Object.fromEntries(
      ['a', 'b', 'c'].map((id) => [
        id,
        metadata(
          MAPS,
          { annotations: { by: id }, patch: [{ op: 'replace', path: '/metadata/labels/left', value: `${id}x` }] },
          {
            objectSelector: { matchExpressions: [{ key: 'left', operator: 'In', values: ['start', 'ax'] }] },
            matchConditions: [{ name: 'c', expression: 'object.metadata.labels.left in ["start", "ax", "bx"]' }],
          },
        ),
      ]),
    ),
    requests: [
      { ...CREATE, body: { metadata: { name: 'c', labels: { left: 'start' } } }, asks: 'a b' },
      { ...CREATE, body: { metadata: { name: 'c', labels: { left: 'other' } } }, asks: '' },
    ],
  },
  {
    title: 'a second turn for those who did not see a later change',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { annotations: { a: 'saw {/object/metadata/labels}' } }, { reinvocationPolicy: 'IfNeeded' }),
      b: metadata(MAPS, { labels: { b: '1' } }, { reinvocationPolicy: 'IfNeeded' }),
    },
    requests: [
      { ...CREATE, asks: 'a b a b' },
      { ...CREATE, body: { metadata: { name: 'c', labels: { b: '1' } } }, asks: 'a b' },
    ],
  },
  {
    title: 'a second turn of several',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { annotations: { a: '{/object/metadata/labels}' } }, { reinvocationPolicy: 'IfNeeded' }),
      b: metadata(MAPS, { annotations: { b: '{/object/metadata/labels}' } }, { reinvocationPolicy: 'IfNeeded' }),
      c: metadata(
        MAPS,
        { ...has('/object/metadata/annotations/b'), labels: { c: '1' } },
        { reinvocationPolicy: 'IfNeeded' },
      ),
      d: metadata(MAPS, { labels: { d: '1' } }, { reinvocationPolicy: 'IfNeeded' }),
    },
    requests: [{ ...CREATE, asks: 'a b c d a b c d' }],
  },
  {
    title: 'a second turn for one entry when another one changed the object',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { annotations: { a: '{/object/metadata/labels}' } }, { reinvocationPolicy: 'IfNeeded' }),
      b: metadata(MAPS, { annotations: { b: '{/object/metadata/labels}' } }, { reinvocationPolicy: 'IfNeeded' }),
      y: metadata(MAPS, { labels: { y: '1' } }),
      z: metadata(MAPS, { labels: { z: '1' } }),
    },
    requests: [{ ...CREATE, asks: 'a b y z a b', extraTurns: true }],
  },
  {
    title: 'a second turn of a policy that changes more than metadata',
    sits: { alone: 'may be followed by another turn of a' },
    policies: {
      a: metadata(MAPS, { annotations: { a: '{/object/data}' } }, { reinvocationPolicy: 'IfNeeded' }),
      b: anything(MAPS, add('/data/b', '1'), { reinvocationPolicy: 'IfNeeded' }),
    },
    requests: [{ ...CREATE, asks: 'a b a b' }],
  },
  {
    title: 'a policy that changes more than it promised',
    sits: 'shared',
    policies: { a: metadata(MAPS, add('/data/b', '1')), b: metadata(MAPS, { labels: { b: '1' } }) },
    requests: [{ ...CREATE, asks: 'a' }],
  },
]
