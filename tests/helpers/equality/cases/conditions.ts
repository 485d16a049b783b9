import type { EqualityCase } from '../case.ts'
import { pod } from '../fixtures.ts'

const MAPS = 'core/v1 configmaps *'
const DEV = '/api/v1/namespaces/dev'
const MERGE = 'application/merge-patch+json'
const when = (...expressions: string[]) => ({
  matchConditions: expressions.map((expression, index) => ({ name: `c${index}`, expression })),
})
const FAILS = 'object.data.nothing == "x"'
const create = (data?: object) => ({
  send: `POST ${DEV}/configmaps`,
  body: { metadata: { name: 'c' }, ...(data && { data }) },
})

export const CONDITIONS: readonly EqualityCase[] = [
  {
    title: 'conditions about who asks for what',
    sits: 'shared',
    policies: {
      alice: { rules: MAPS, ...when('request.userInfo.username == "alice"') },
      creation: { rules: MAPS, ...when('request.operation == "CREATE"', 'request.namespace == "dev"') },
      dry: { rules: MAPS, ...when('request.dryRun == true', '"system:masters" in request.userInfo.groups') },
    },
    requests: [
      { ...create(), asks: 'creation dry' },
      { ...create(), as: 'alice', asks: 'alice creation dry' },
      { send: `DELETE ${DEV}/configmaps/settings`, as: 'alice', asks: 'alice dry' },
    ],
  },
  {
    title: 'conditions about objects before and after',
    sits: 'shared',
    policies: {
      changed: { rules: MAPS, ...when('oldObject != null && object != null && object.data.a != oldObject.data.a') },
      created: { rules: MAPS, ...when('oldObject == null') },
      deleted: { rules: MAPS, ...when('object == null') },
    },
    requests: [
      { ...create(), asks: 'created' },
      { send: `PATCH ${DEV}/configmaps/settings`, body: { data: { a: '9' } }, contentType: MERGE, asks: 'changed' },
      { send: `PATCH ${DEV}/configmaps/settings`, body: { data: { b: '9' } }, contentType: MERGE, asks: '' },
      { send: `DELETE ${DEV}/configmaps/settings`, asks: 'deleted' },
    ],
  },
  {
    title: 'a condition that fails forbids the request',
    sits: 'shared',
    policies: { a: { rules: MAPS, ...when(FAILS) }, b: { rules: 'core/v1 secrets *' } },
    requests: [
      { ...create({ nothing: 'x' }), asks: 'a' },
      { ...create({ a: '1' }), asks: '', status: 403 },
    ],
  },
  {
    title: 'a condition that fails, and one that does not hold',
    sits: 'shared',
    policies: {
      after: { rules: MAPS, ...when(FAILS, 'false') },
      before: { rules: MAPS, ...when('false', FAILS) },
      true: { rules: MAPS },
    },
    requests: [{ ...create({ a: '1' }), asks: 'true', status: 201 }],
  },
  {
    title: 'a condition that fails where failures are ignored',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, failurePolicy: 'Ignore', ...when(FAILS) },
      b: { rules: MAPS, failurePolicy: 'Ignore' },
    },
    requests: [{ ...create({ a: '1' }), asks: 'b', status: 201 }],
  },
  {
    title: 'one condition of all members',
    sits: 'shared',
    policies: {
      a: { rules: MAPS, ...when('"a" in object.data') },
      b: { rules: 'core/v1 configmaps CREATE', ...when('"a" in object.data') },
    },
    requests: [
      { ...create({ a: '1' }), asks: 'a b' },
      { ...create({ b: '1' }), asks: '' },
      { ...create(), asks: '', status: 403 },
    ],
  },
  {
    title: 'conditions that ask what the user may do',
    sits: { alone: 'authorizer' },
    policies: {
      a: { rules: MAPS, ...when('authorizer.group("").resource("secrets").namespace("dev").check("get").allowed()') },
      b: { rules: MAPS },
      c: { rules: MAPS },
    },
    requests: [{ ...create(), asks: 'a b c' }],
  },
  {
    title: 'what the user may do, asked by all members alike',
    sits: 'shared',
    policies: {
      a: {
        rules: MAPS,
        ...when('authorizer.requestResource.check("create").allowed()', 'request.operation == "CREATE"'),
      },
      b: {
        rules: 'core/v1 configmaps CREATE',
        ...when('authorizer.requestResource.check("create").allowed()', 'request.operation == "CREATE"'),
      },
    },
    requests: [
      { ...create(), asks: 'a b' },
      { send: `DELETE ${DEV}/configmaps/settings`, asks: '' },
    ],
  },
  {
    title: 'conditions about what a Pod has by default',
    sits: 'shared',
    policies: {
      a: {
        rules: 'core/v1 pods CREATE',
        ...when('object.spec.containers.all(c, c.imagePullPolicy == "IfNotPresent")'),
      },
      b: { rules: 'core/v1 pods CREATE', ...when('object.spec.terminationGracePeriodSeconds == 30') },
      c: { rules: 'core/v1 pods CREATE', ...when('has(object.spec.nodeName) && object.spec.nodeName == "n1"') },
    },
    requests: [
      { send: `POST ${DEV}/pods`, body: pod('p'), asks: 'a b' },
      { send: `POST ${DEV}/pods`, body: pod('p', { nodeName: 'n1' }), asks: 'a b c' },
    ],
  },
  {
    title: 'conditions about options of CONNECT',
    sits: 'shared',
    policies: {
      a: { rules: 'core/v1 pods/exec CONNECT', ...when('object.kind == "PodExecOptions" && object.container == "c"') },
      b: { rules: 'core/v1 pods/exec CONNECT', ...when('has(object.metadata)') },
    },
    requests: [{ send: `POST ${DEV}/pods/web/exec?container=c&command=id`, persist: true, asks: 'a' }],
  },
  {
    title: 'a condition about what not every request has',
    sits: 'shared',
    policies: {
      a: { rules: 'core/v1 pods/* UPDATE', ...when('request.subResource == "status"') },
      b: { rules: 'core/v1 pods/* UPDATE', ...when('!has(request.subResource) || request.subResource == ""') },
    },
    requests: [
      { send: `PATCH ${DEV}/pods/web/status`, body: { status: { message: 'm' } }, contentType: MERGE, asks: 'a' },
      {
        send: `PATCH ${DEV}/pods/web`,
        body: { metadata: { labels: { x: 'y' } } },
        contentType: MERGE,
        asks: '',
        status: 403,
      },
    ],
  },
]
