import type { EqualityCase } from '../case.ts'
import { deployment, pod, widget } from '../fixtures.ts'

const DEV = '/api/v1/namespaces/dev'
const APPS = '/apis/apps/v1/namespaces/dev'
const EXAMPLE = '/apis/example.com/v1'
const MERGE = 'application/merge-patch+json'
const CREATE_POD = { send: `POST ${DEV}/pods`, body: pod('p') }
const CREATE_DEPLOYMENT = { send: `POST ${APPS}/deployments`, body: deployment('d') }
const CREATE_WIDGET = { send: `POST ${EXAMPLE}/namespaces/dev/widgets`, body: widget('w') }
const POD_STATUS = { send: `PATCH ${DEV}/pods/web/status`, body: { status: { message: 'm' } }, contentType: MERGE }
const SCALE = { send: `PATCH ${APPS}/deployments/web/scale`, body: { spec: { replicas: 2 } }, contentType: MERGE }
const LABEL_POD = { send: `PATCH ${DEV}/pods/web`, body: { metadata: { labels: { x: 'y' } } }, contentType: MERGE }

export const MATCHING: readonly EqualityCase[] = [
  {
    title: 'a star for resources takes all of them and no subresource, a star for both takes everything',
    sits: 'shared',
    policies: { all: { rules: '*/* * *' }, deep: { rules: '*/* */* *' }, pods: { rules: 'core/v1 pods *' } },
    requests: [
      { ...CREATE_POD, asks: 'all deep pods' },
      { ...POD_STATUS, asks: 'deep' },
      { ...CREATE_DEPLOYMENT, asks: 'all deep' },
      { ...CREATE_WIDGET, asks: 'all deep' },
      { send: `GET ${DEV}/pods`, asks: '' },
    ],
  },
  {
    title: 'a star for groups takes the core group too',
    sits: 'shared',
    policies: { a: { rules: '*/v1 pods,widgets CREATE' }, b: { rules: '*/v1 widgets CREATE' } },
    requests: [
      { ...CREATE_POD, asks: 'a' },
      { ...CREATE_WIDGET, asks: 'a b' },
    ],
  },
  {
    title: 'a rule of several groups and resources takes every pairing',
    sits: 'shared',
    policies: { a: { rules: 'core,apps/v1 pods,deployments CREATE' }, b: { rules: 'apps/v1 deployments CREATE' } },
    requests: [
      { ...CREATE_POD, asks: 'a' },
      { ...CREATE_DEPLOYMENT, asks: 'a b' },
      { send: `POST ${DEV}/services`, body: { metadata: { name: 's' }, spec: { ports: [{ port: 1 }] } }, asks: '' },
    ],
  },
  {
    title: 'a resource without a slash is not its subresources, and a subresource not its resource',
    sits: 'shared',
    policies: { main: { rules: 'core/v1 pods *' }, status: { rules: 'core/v1 pods/status *' } },
    requests: [
      { ...LABEL_POD, asks: 'main' },
      { ...POD_STATUS, asks: 'status' },
    ],
  },
  {
    title: 'a resource with a star for its subresources',
    sits: 'shared',
    policies: { a: { rules: 'core/v1 pods/* *' }, b: { rules: 'core/v1 pods/ephemeralcontainers UPDATE' } },
    requests: [
      { ...CREATE_POD, asks: 'a' },
      { ...POD_STATUS, asks: 'a' },
      {
        send: `PATCH ${DEV}/pods/web/ephemeralcontainers`,
        body: { spec: { ephemeralContainers: [{ name: 'e', image: 'e' }] } },
        contentType: 'application/strategic-merge-patch+json',
        asks: 'a b',
      },
    ],
  },
  {
    title: 'one subresource of every resource',
    sits: 'shared',
    policies: { scale: { rules: '*/* */scale *' }, status: { rules: '*/* */status *' } },
    requests: [
      { ...SCALE, asks: 'scale' },
      { ...POD_STATUS, asks: 'status' },
      {
        send: `PATCH ${EXAMPLE}/namespaces/dev/widgets/w1/scale`,
        body: { spec: { replicas: 5 } },
        contentType: MERGE,
        asks: 'scale',
      },
      {
        send: `PATCH ${EXAMPLE}/namespaces/dev/widgets/w1/status`,
        body: { status: { size: 5 } },
        contentType: MERGE,
        asks: 'status',
      },
    ],
  },
  {
    title: 'each operation by itself, and all of them',
    sits: 'shared',
    policies: {
      any: { rules: 'core/v1 configmaps *' },
      create: { rules: 'core/v1 configmaps CREATE' },
      delete: { rules: 'core/v1 configmaps DELETE' },
      update: { rules: 'core/v1 configmaps UPDATE' },
    },
    requests: [
      { send: `POST ${DEV}/configmaps`, body: { metadata: { name: 'c' } }, asks: 'any create' },
      { send: `PATCH ${DEV}/configmaps/settings`, body: { data: { a: '2' } }, contentType: MERGE, asks: 'any update' },
      { send: `DELETE ${DEV}/configmaps/settings`, asks: 'any delete' },
    ],
  },
  {
    title: 'scope tells objects of a namespace from those of the cluster',
    sits: 'shared',
    policies: {
      any: { rules: 'core,example.com/* nodes,pods,widgets,gadgets CREATE *' },
      cluster: { rules: 'core,example.com/* nodes,pods,widgets,gadgets CREATE Cluster' },
      namespaced: { rules: 'core,example.com/* nodes,pods,widgets,gadgets CREATE Namespaced' },
    },
    requests: [
      { ...CREATE_POD, asks: 'any namespaced' },
      { ...CREATE_WIDGET, asks: 'any namespaced' },
      { send: 'POST /api/v1/nodes', body: { metadata: { name: 'n2' } }, asks: 'any cluster' },
      { send: `POST ${EXAMPLE}/gadgets`, body: widget('g', 'Gadget'), asks: 'any cluster' },
    ],
  },
  {
    title: 'a Namespace is an object of the cluster',
    sits: 'shared',
    policies: {
      any: { rules: 'core/v1 namespaces *' },
      cluster: { rules: 'core/v1 namespaces * Cluster' },
      namespaced: { rules: 'core/v1 namespaces * Namespaced' },
    },
    requests: [
      { send: 'POST /api/v1/namespaces', body: { metadata: { name: 'new' } }, asks: 'any cluster' },
      {
        send: 'PATCH /api/v1/namespaces/plain',
        body: { metadata: { labels: { a: 'b' } } },
        contentType: MERGE,
        asks: 'any cluster',
      },
      { send: 'DELETE /api/v1/namespaces/plain', asks: 'any cluster' },
    ],
  },
  {
    title: 'the subresources of a Namespace, by scope',
    sits: 'shared',
    policies: {
      cluster: { rules: 'core/v1 namespaces/* * Cluster' },
      namespaced: { rules: 'core/v1 namespaces/* * Namespaced' },
    },
    requests: [
      {
        send: 'PATCH /api/v1/namespaces/plain/status',
        body: { metadata: { labels: { a: 'b' } } },
        contentType: MERGE,
        asks: 'cluster',
      },
    ],
  },
  {
    title: 'several rules of one policy, of which one or two match',
    sits: 'shared',
    policies: {
      a: { rules: ['core/v1 pods CREATE', 'core/v1 * CREATE', 'apps/v1 deployments DELETE'] },
      b: { rules: ['core/v1 pods DELETE', 'apps/v1 deployments CREATE,UPDATE'] },
    },
    requests: [
      { ...CREATE_POD, asks: 'a' },
      { send: `DELETE ${DEV}/pods/free`, asks: 'b' },
      { ...CREATE_DEPLOYMENT, asks: 'b' },
      { send: `DELETE ${APPS}/deployments/web`, asks: 'a' },
    ],
  },
  {
    title: 'options of CONNECT, which have no metadata',
    sits: 'shared',
    policies: {
      deny: {
        rules: 'core/v1 pods/exec CONNECT',
        does: [{ deny: { message: '{/object/kind} {/object/command}', code: 403 } }],
      },
      labels: { rules: 'core/v1 pods/exec,pods/attach CONNECT', objectSelector: { matchLabels: { app: 'web' } } },
      none: {
        rules: 'core/v1 pods/exec,pods/attach CONNECT',
        objectSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] },
      },
      tell: { rules: 'core/v1 pods/*,nodes/proxy,services/proxy CONNECT' },
    },
    requests: [
      { send: `POST ${DEV}/pods/web/exec?container=c&command=id`, persist: true, asks: 'deny tell', status: 403 },
      { send: `POST ${DEV}/pods/web/attach?container=c`, persist: true, asks: 'tell' },
      { send: `GET ${DEV}/pods/web/exec?container=c&command=id`, persist: true, asks: 'deny tell', status: 403 },
      { send: 'GET /api/v1/nodes/n1/proxy/pods', persist: true, asks: 'tell' },
      { send: `GET ${DEV}/services/web/proxy/x`, persist: true, asks: 'tell' },
      { send: `POST ${DEV}/pods/web/portforward?ports=80`, persist: true, asks: 'tell' },
    ],
  },
  {
    title: 'bindings and evictions',
    sits: 'shared',
    policies: {
      binding: { rules: 'core/v1 pods/binding CREATE' },
      eviction: { rules: 'core/v1 pods/eviction CREATE', does: [{ deny: { message: '{/kind/kind} of {/name}' } }] },
      pods: { rules: 'core/v1 pods *' },
    },
    requests: [
      {
        send: `POST ${DEV}/pods/free/binding`,
        body: { metadata: { name: 'free' }, target: { kind: 'Node', name: 'n1' } },
        asks: 'binding',
      },
      {
        send: `POST ${DEV}/pods/free/eviction`,
        body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'free', namespace: 'dev' } },
        asks: 'eviction',
      },
    ],
  },
  {
    title: 'a deletion, which has no new object',
    sits: 'shared',
    policies: {
      deny: {
        rules: 'core/v1 configmaps DELETE',
        does: [{ deny: { message: 'not {/oldObject/metadata/name} {/oldObject/data} but {/object}' } }],
      },
      tell: { rules: 'core/v1 configmaps DELETE' },
    },
    requests: [{ send: `DELETE ${DEV}/configmaps/settings`, asks: 'deny tell', status: 400 }],
  },
  {
    title: 'the deletion of a collection asks for each object',
    sits: 'shared',
    policies: {
      labels: { rules: 'core/v1 configmaps DELETE', objectSelector: { matchLabels: { batch: 'yes' } } },
      others: { rules: 'core/v1 configmaps DELETE', objectSelector: { matchLabels: { batch: 'no' } } },
    },
    requests: [
      { send: `DELETE ${DEV}/configmaps?labelSelector=batch=yes`, asks: 'labels labels' },
      { send: `DELETE ${DEV}/configmaps?labelSelector=batch`, asks: 'labels labels others' },
    ],
  },
  {
    title: 'requests that the default exclusions spare',
    sits: 'shared',
    policies: { a: { rules: '*/* * *' }, b: { rules: 'core/v1 configmaps *' } },
    requests: [
      { send: 'POST /api/v1/namespaces/kube-system/configmaps', body: { metadata: { name: 'c' } }, asks: '' },
      { send: `POST ${DEV}/configmaps`, body: { metadata: { name: 'c' } }, as: 'system:apiserver', asks: '' },
      { send: `POST ${DEV}/configmaps`, body: { metadata: { name: 'c' } }, as: 'alice', asks: 'a b' },
      {
        send: 'POST /apis/coordination.k8s.io/v1/namespaces/dev/leases',
        body: { metadata: { name: 'l' } },
        asks: '',
      },
    ],
  },
]
