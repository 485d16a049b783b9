import type { EqualityCase } from '../case.ts'
import { deployment } from '../fixtures.ts'

const MAPS = 'core/v1 configmaps *'
const MERGE = 'application/merge-patch+json'
const maps = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`
const labelled = (labels?: object) => ({ metadata: { name: 'c', ...(labels && { labels }) } })
const expression = (operator: string, values?: string[]) => ({
  matchExpressions: [{ key: 'tier', operator, ...(values && { values }) }],
})
const env = (value: string) => ({ matchLabels: { env: value } })

export const SELECTORS: readonly EqualityCase[] = [
  {
    title: 'every operator on the labels of an object',
    sits: 'shared',
    policies: {
      absent: { rules: MAPS, objectSelector: expression('DoesNotExist') },
      exists: { rules: MAPS, objectSelector: expression('Exists') },
      in: { rules: MAPS, objectSelector: expression('In', ['a', 'b']) },
      notin: { rules: MAPS, objectSelector: expression('NotIn', ['a', 'b']) },
    },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled({ tier: 'a' }), asks: 'exists in' },
      { send: `POST ${maps('dev')}`, body: labelled({ tier: 'c' }), asks: 'exists notin' },
      { send: `POST ${maps('dev')}`, body: labelled({ tier: '' }), asks: 'exists notin' },
      { send: `POST ${maps('dev')}`, body: labelled({ other: 'a' }), asks: 'absent notin' },
      { send: `POST ${maps('dev')}`, body: labelled(), asks: 'absent notin' },
    ],
  },
  {
    title: 'labels and expressions of one selector must all hold',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, objectSelector: { matchLabels: { app: 'web', tier: 'a' }, ...expression('NotIn', ['b']) } },
      b: { rules: MAPS, objectSelector: { matchLabels: { app: 'web' }, ...expression('In', ['b']) } },
    },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled({ app: 'web', tier: 'a' }), asks: 'a' },
      { send: `POST ${maps('dev')}`, body: labelled({ app: 'web', tier: 'b' }), asks: 'b' },
      { send: `POST ${maps('dev')}`, body: labelled({ app: 'web' }), asks: '' },
    ],
  },
  {
    title: 'a label that an update takes away, or brings',
    sits: 'shared',
    policies: {
      app: { rules: MAPS, objectSelector: { matchLabels: { app: 'web' } } },
      none: { rules: MAPS, objectSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } },
      tier: { rules: MAPS, objectSelector: expression('Exists') },
    },
    requests: [
      {
        send: `PATCH ${maps('dev')}/settings`,
        body: { metadata: { labels: { app: null } } },
        contentType: MERGE,
        asks: 'app none',
      },
      {
        send: `PATCH ${maps('dev')}/settings`,
        body: { metadata: { labels: { tier: 'a' } } },
        contentType: MERGE,
        asks: 'app tier',
      },
      {
        send: `PATCH ${maps('dev')}/settings`,
        body: { metadata: { labels: null } },
        contentType: MERGE,
        asks: 'app none',
      },
    ],
  },
  {
    title: 'the labels of an object that is deleted',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, objectSelector: { matchLabels: { app: 'web' } } },
      b: { rules: MAPS, objectSelector: { matchLabels: { app: 'other' } } },
    },
    requests: [{ send: `DELETE ${maps('dev')}/settings`, asks: 'a' }],
  },
  {
    title: 'a subresource has the labels of its own object',
    sits: 'shared',
    policies: {
      labelled: { rules: 'apps/v1 deployments,deployments/* *', objectSelector: { matchLabels: { app: 'web' } } },
      not: {
        rules: 'apps/v1 deployments,deployments/* *',
        objectSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
      },
    },
    requests: [
      { send: 'POST /apis/apps/v1/namespaces/dev/deployments', body: deployment('d'), asks: 'labelled' },
      {
        send: 'PATCH /apis/apps/v1/namespaces/dev/deployments/web/scale',
        body: { spec: { replicas: 3 } },
        contentType: MERGE,
        asks: 'not',
      },
      {
        send: 'PATCH /apis/apps/v1/namespaces/dev/deployments/web/status',
        body: { status: { replicas: 3 } },
        contentType: MERGE,
        asks: 'labelled',
      },
    ],
  },
  {
    title: 'labels that are called like members of every object',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, objectSelector: { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] } },
      b: { rules: MAPS, objectSelector: { matchExpressions: [{ key: 'toString', operator: 'DoesNotExist' }] } },
    },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled({ x: 'y' }), asks: 'b' },
      { send: `POST ${maps('dev')}`, body: labelled({ constructor: 'y', toString: 'z' }), asks: 'a' },
    ],
  },
  {
    title: 'one selector of all members',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, objectSelector: { matchLabels: { app: 'web' } } },
      b: {
        rules: 'core/v1 configmaps CREATE',
        objectSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
      },
    },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled({ app: 'web' }), asks: 'a b' },
      { send: `POST ${maps('dev')}`, body: labelled(), asks: '' },
    ],
  },
  {
    title: 'policies of one namespaceSelector',
    sits: 'shared',
    policies: { a: { rules: MAPS, namespaceSelector: env('dev') }, b: { rules: MAPS, namespaceSelector: env('dev') } },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled(), asks: 'a b' },
      { send: `POST ${maps('prod')}`, body: labelled(), asks: '' },
      { send: `POST ${maps('plain')}`, body: labelled(), asks: '' },
    ],
  },
  {
    title: 'policies of several namespaceSelectors, some with all others of theirs',
    sits: 'shared',
    policies: {
      a: { rules: MAPS },
      b: { rules: MAPS, namespaceSelector: env('dev') },
      c: { rules: MAPS, namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'In', values: ['dev'] }] } },
      d: {
        rules: MAPS,
        namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['dev', 'x'] }] },
      },
      e: {
        rules: MAPS,
        namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['x', 'dev'] }] },
      },
      f: { rules: MAPS, namespaceSelector: {} },
    },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled(), asks: 'a b c f' },
      { send: `POST ${maps('prod')}`, body: labelled(), asks: 'a d e f' },
      { send: `POST ${maps('plain')}`, body: labelled(), asks: 'a d e f' },
    ],
  },
  {
    title: 'a namespaceSelector that nobody else has',
    sits: { alone: 'namespaceSelector is env In prod' },
    policies: { a: { rules: MAPS }, b: { rules: MAPS }, c: { rules: MAPS, namespaceSelector: env('prod') } },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled(), asks: 'a b' },
      { send: `POST ${maps('prod')}`, body: labelled(), asks: 'a b c' },
    ],
  },
  {
    title: 'objects of the cluster, which no namespaceSelector passes over',
    sits: 'shared',
    policies: {
      a: { rules: 'core,example.com/v1 nodes,gadgets *', namespaceSelector: env('dev') },
      b: { rules: 'core,example.com/v1 nodes,gadgets *', namespaceSelector: env('dev') },
    },
    requests: [
      { send: 'POST /api/v1/nodes', body: { metadata: { name: 'n2' } }, asks: 'a b' },
      { send: 'DELETE /apis/example.com/v1/gadgets/g1', asks: 'a b' },
    ],
  },
  {
    title: 'Namespaces, which are selected by labels of their own',
    sits: 'shared',
    policies: {
      a: { rules: 'core/v1 namespaces *', namespaceSelector: env('dev') },
      b: { rules: 'core/v1 namespaces *', namespaceSelector: env('dev') },
    },
    requests: [
      { send: 'POST /api/v1/namespaces', body: { metadata: { name: 'n', labels: { env: 'dev' } } }, asks: 'a b' },
      { send: 'POST /api/v1/namespaces', body: { metadata: { name: 'n' } }, asks: '' },
      {
        send: 'PATCH /api/v1/namespaces/dev',
        body: { metadata: { labels: { env: 'x' } } },
        contentType: MERGE,
        asks: '',
      },
      {
        send: 'PATCH /api/v1/namespaces/prod',
        body: { metadata: { labels: { env: 'dev' } } },
        contentType: MERGE,
        asks: 'a b',
      },
      { send: 'DELETE /api/v1/namespaces/dev', asks: 'a b' },
      { send: 'DELETE /api/v1/namespaces/prod', asks: '' },
    ],
  },
  {
    title: 'both selectors of policies that differ in one of them',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, namespaceSelector: env('dev'), objectSelector: { matchLabels: { app: 'web' } } },
      b: { rules: MAPS, namespaceSelector: env('dev'), objectSelector: { matchLabels: { app: 'db' } } },
    },
    requests: [
      { send: `POST ${maps('dev')}`, body: labelled({ app: 'web' }), asks: 'a' },
      { send: `POST ${maps('dev')}`, body: labelled({ app: 'db' }), asks: 'b' },
      { send: `POST ${maps('prod')}`, body: labelled({ app: 'db' }), asks: '' },
    ],
  },
]
