import type { EqualityCase } from '../case.ts'
import { deployment, widget } from '../fixtures.ts'
import { add, anything, has, metadata, SEEN } from './mutating-policies.ts'

const DEV = '/api/v1/namespaces/dev'
const MAPS = 'core/v1 configmaps CREATE,UPDATE'
const WIDGETS = 'example.com/v1 widgets CREATE,UPDATE'
const MERGE = 'application/merge-patch+json'
const CREATE = { send: `POST ${DEV}/configmaps`, body: { metadata: { name: 'c' }, data: { a: '1' } } }
const CREATE_WIDGET = `POST /apis/example.com/v1/namespaces/dev/widgets`

const named = (fields: object) => ({ ...widget('w'), metadata: { name: 'w', ...fields } })

const condition = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] })
const EMPTYING = (rules: string) => ({
  a: metadata(rules, [
    { ...has('/object/metadata/labels/app'), patch: [{ op: 'remove', path: '/metadata/labels/app' }] },
    { annotations: { a: '1' } },
  ]),
  none: metadata(rules, { annotations: { none: 'yes' } }, condition('!has(object.metadata.labels)')),
  some: metadata(
    rules,
    { annotations: { some: '{/object/metadata/labels}' } },
    condition('has(object.metadata.labels)'),
  ),
  z: metadata(rules, { annotations: { z: '{/object/metadata/labels}' } }),
})

export const MUTATED_OBJECTS: readonly EqualityCase[] = [
  {
    title: 'numbers that nobody touched',
    sits: 'shared',
    policies: {
      a: metadata(WIDGETS, { labels: { a: '1' } }),
      b: metadata(WIDGETS, { annotations: { numbers: '{/object/spec/free}' } }),
      c: anything(WIDGETS, add('/spec/size', 9007199254740991)),
    },
    requests: ['1.0', '9007199254740993', '1e2', '0.10', '-0.0', '123456789.125', '1e-7'].map((number) => ({
      send: CREATE_WIDGET,
      body: JSON.stringify(widget('w')).replace(/}$/, `,"spec":{"free":{"n":${number},"l":[${number}]}}}`),
      asks: 'a b c',
    })),
  },
  {
    title: 'a name that the API server makes up',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { from: '{/object/metadata/generateName}x' } }),
      b: metadata(MAPS, SEEN),
    },
    requests: [{ ...CREATE, body: { metadata: { generateName: 'c-' } }, asks: 'a b' }],
  },
  {
    title: 'server-side apply, of a new object and of one that is there',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { a: '1' } }),
      b: metadata(MAPS, SEEN),
      c: { rules: MAPS },
      d: { rules: MAPS },
    },
    requests: ['new', 'settings'].map((name) => ({
      send: `PATCH ${DEV}/configmaps/${name}?fieldManager=me&force=true`,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: 'x' } }, data: { a: '2' } },
      contentType: 'application/apply-patch+yaml',
      asks: 'a b c d',
    })),
  },
  {
    title: 'patches of every kind',
    sits: 'shared',
    policies: {
      a: metadata('apps/v1 deployments UPDATE', { labels: { a: '1' } }),
      b: anything('apps/v1 deployments UPDATE', add('/spec/minReadySeconds', 3)),
      c: { rules: 'apps/v1 deployments UPDATE' },
      d: { rules: 'apps/v1 deployments UPDATE' },
    },
    requests: [
      { contentType: 'application/json-patch+json', body: [{ op: 'replace', path: '/spec/replicas', value: 4 }] },
      { contentType: MERGE, body: { spec: { replicas: 4 } } },
      {
        contentType: 'application/strategic-merge-patch+json',
        body: { spec: { template: { spec: { containers: [{ name: 'c', image: 'x' }] } } } },
      },
    ].map((request) => ({ ...request, send: 'PATCH /apis/apps/v1/namespaces/dev/deployments/web', asks: 'a b c d' })),
  },
  {
    title: 'an update that changes nothing',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { app: 'web' } }),
      b: metadata(MAPS, has('/object/none')),
      c: { rules: MAPS },
      d: { rules: MAPS },
    },
    requests: [{ send: `PATCH ${DEV}/configmaps/settings`, body: {}, contentType: MERGE, asks: 'a b c d' }],
  },
  {
    title: 'the last finalizer of an object that is being deleted',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { a: '1' } }),
      b: metadata(MAPS, SEEN),
      c: { rules: MAPS },
      d: { rules: 'core/v1 configmaps *' },
    },
    requests: [
      {
        send: `PATCH ${DEV}/configmaps/ending`,
        body: { metadata: { finalizers: null } },
        contentType: MERGE,
        asks: 'a b c d',
      },
      { send: `DELETE ${DEV}/configmaps/ending`, asks: 'd' },
    ],
  },
  {
    title: 'mutating policies at a deletion',
    sits: 'shared',
    policies: {
      a: metadata('core/v1 configmaps *', { labels: { a: '1' } }),
      b: metadata('core/v1 configmaps DELETE', { deny: { message: 'not {/oldObject/metadata/name}' } }),
      c: metadata('core/v1 configmaps DELETE', { labels: { c: '1' } }),
    },
    requests: [{ send: `DELETE ${DEV}/configmaps/settings`, asks: 'a b', status: 400 }],
  },
  {
    title: 'a mutating policy that denies ends the matter',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { a: '1' } }),
      b: metadata(MAPS, { deny: { message: 'no {/object/metadata/labels}', code: 403 } }),
      c: metadata(MAPS, { labels: { c: '1' } }),
      v: { rules: MAPS },
      w: { rules: MAPS },
    },
    requests: [{ ...CREATE, asks: 'a b', status: 403 }],
  },
  {
    title: 'a mutating guest that traps, among others',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { labels: { a: '1' } }, { failurePolicy: 'Ignore' }),
      b: metadata(MAPS, { fail: 'trap' }, { failurePolicy: 'Ignore' }),
      c: metadata(MAPS, { labels: { c: '1' } }, { failurePolicy: 'Ignore' }),
    },
    requests: [{ ...CREATE, asks: 'a b', status: 500 }],
  },
  {
    title: 'changes of metadata on subresources',
    sits: 'shared',
    policies: {
      a: metadata('*/* */status,*/scale UPDATE', { labels: { a: '1' } }),
      b: metadata('*/* */status,*/scale UPDATE', SEEN),
    },
    requests: [
      {
        send: 'PATCH /apis/apps/v1/namespaces/dev/deployments/web/scale',
        body: { spec: { replicas: 2 } },
        contentType: MERGE,
        asks: 'a b',
      },
      { send: `PATCH ${DEV}/pods/web/status`, body: { status: { message: 'm' } }, contentType: MERGE, asks: 'a b' },
      {
        send: 'PATCH /apis/example.com/v1/namespaces/dev/widgets/w1/status',
        body: { status: { size: 2 } },
        contentType: MERGE,
        asks: 'a b',
      },
    ],
  },
  {
    title: 'metadata that is taken away, emptied, and made anew',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { patch: [{ op: 'remove', path: '/metadata/labels' }] }),
      b: metadata(MAPS, SEEN),
      c: metadata(
        MAPS,
        [
          { patch: [{ op: 'remove', path: '/metadata/annotations' }] },
          { annotations: { c: '{/object/metadata/labels}' } },
        ],
        {
          objectSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
        },
      ),
      d: metadata(MAPS, { annotations: { d: '{/object/metadata/annotations}' } }),
    },
    requests: [
      { ...CREATE, body: { metadata: { name: 'c', labels: { app: 'x' }, annotations: { k: 'v' } } }, asks: 'a b c d' },
      { ...CREATE, body: { metadata: { name: 'c', labels: {}, annotations: { k: 'v' } } }, asks: 'a', status: 500 },
    ],
  },
  {
    title: 'maps that become empty, of a kind that the API server knows',
    sits: 'shared',
    policies: EMPTYING(MAPS),
    requests: [
      { ...CREATE, body: { metadata: { name: 'c', labels: { app: 'x' } } }, asks: 'a none z' },
      { ...CREATE, body: { metadata: { name: 'c', labels: {} } }, asks: 'a none z' },
      { ...CREATE, body: { metadata: { name: 'c', labels: null } }, asks: 'a none z' },
      { ...CREATE, body: { metadata: { name: 'c', labels: { app: 'x', b: 'y' } } }, asks: 'a some z' },
    ],
  },
  {
    title: 'maps that become empty, of a custom kind',
    sits: 'shared',
    policies: EMPTYING(WIDGETS),
    requests: [
      { send: CREATE_WIDGET, body: named({ labels: { app: 'x' } }), asks: 'a none z' },
      { send: CREATE_WIDGET, body: named({ labels: {} }), asks: 'a none z' },
      { send: CREATE_WIDGET, body: named({ labels: null }), asks: 'a none z' },
      { send: CREATE_WIDGET, body: named({ labels: { app: 'x', b: 'y' }, annotations: {} }), asks: 'a some z' },
    ],
  },
  {
    title: 'a label that is no text',
    sits: 'shared',
    policies: {
      a: metadata(WIDGETS, { labels: { a: '1' }, ...add('/metadata/labels', { app: 5 }) }),
      b: metadata(WIDGETS, SEEN),
    },
    requests: [{ send: CREATE_WIDGET, body: named({}), asks: 'a', status: 500 }],
  },
  {
    title: 'keys and values that have to be escaped',
    sits: 'shared',
    policies: {
      a: metadata(MAPS, { annotations: { 'example.com/a~b': '"ü\n€𝄞\\u0000"', 'example.com/constructor': 'x' } }),
      b: metadata(MAPS, { annotations: { all: '{/object/metadata/annotations}' } }),
    },
    requests: [{ ...CREATE, asks: 'a b' }],
  },
  {
    title: 'labels that are not valid',
    sits: 'shared',
    policies: { a: metadata(MAPS, { labels: { a: 'not valid!' } }), b: metadata(MAPS, SEEN) },
    requests: [{ ...CREATE, asks: 'a b', status: 422 }],
  },
  {
    title: 'a change that makes the object invalid',
    sits: 'shared',
    policies: {
      a: metadata('apps/v1 deployments CREATE', { labels: { a: '1' } }),
      b: anything('apps/v1 deployments CREATE', add('/spec/replicas', -1)),
    },
    requests: [
      { send: 'POST /apis/apps/v1/namespaces/dev/deployments', body: deployment('d'), asks: 'a b', status: 422 },
    ],
  },
  {
    title: 'a change that cannot be decoded',
    sits: 'shared',
    policies: {
      a: metadata('apps/v1 deployments CREATE', { labels: { a: '1' } }),
      b: anything('apps/v1 deployments CREATE', add('/spec/replicas', 'many')),
    },
    requests: [{ send: 'POST /apis/apps/v1/namespaces/dev/deployments', body: deployment('d'), asks: 'a b' }],
  },
  {
    title: 'timeouts of more than the API server waits for a webhook, together',
    sits: { alone: 'timeouts add up to 40 s' },
    policies: Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((id) => [
        id,
        metadata(MAPS, { labels: { [id]: '1' }, ...SEEN }, { timeoutSeconds: 10 }),
      ]),
    ),
    requests: [{ ...CREATE, asks: 'a b c d' }],
  },
  {
    title: 'options of CONNECT, which a mutating policy leaves as they are',
    sits: 'shared',
    policies: {
      a: metadata('core/v1 pods/exec CONNECT', { warnings: ['{/object}'] }),
      b: metadata('core/v1 pods/exec CONNECT', { deny: { message: '{/object/kind}' } }),
    },
    requests: [{ send: `POST ${DEV}/pods/web/exec?container=c&command=id`, persist: true, asks: 'a b', status: 400 }],
  },
  {
    title: 'mutating and validating policies of one id after the other',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, does: [{ deny: { message: '{/object/metadata/labels} {/object/metadata/annotations}' } }] },
      b: metadata(MAPS, { labels: { b: '1' } }),
      c: { rules: MAPS },
      d: metadata(MAPS, SEEN),
    },
    requests: [{ ...CREATE, asks: 'b d a c', status: 400 }],
  },
]
