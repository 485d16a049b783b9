import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { loadPolicySpecs } from '../../../shim/policies/load-policy-specs.ts'
import { isGroup, type PolicySpec, type SinglePolicySpec } from '../../../shim/policies/policy-spec.ts'
import { isGatehouseError } from '../../../util/errors.ts'
import { PODS, RESOURCE, resource } from '../../helpers/policy-files.ts'

const FIELDS =
  `module policyMode mode mutating settings rules apiGroups operations failurePolicy objectSelector matchLabels
  matchExpressions matchConditions timeoutSeconds hostCapabilities contextAwareResources items policies expression message __proto__ constructor`.split(
    /\s+/,
  )

function singleOf(policy: PolicySpec | undefined): SinglePolicySpec {
  if (policy === undefined || isGroup(policy)) throw new Error('there is no single policy')
  return policy
}

async function load(t: Test, text: string) {
  return await loadPolicySpecs(join(t.testdir({ 'policies.yml': text }), 'policies.yml'))
}

t.test("an entry of Kubewarden's policies.yml is served with its defaults, and registered by nobody", async (t) => {
  const folder = t.testdir({ 'policies.yml': 'no-privileged: {module: modules/pod-privileged.wasm, settings: null}' })
  t.strictSame(await loadPolicySpecs(join(folder, 'policies.yml')), [
    {
      id: 'no-privileged',
      module: pathToFileURL(join(folder, 'modules/pod-privileged.wasm')).href,
      mode: 'protect',
      allowedToMutate: false,
      settings: {},
      hostCapabilities: [],
      contextAwareResources: [],
    },
  ])
})

t.test('webhook fields in an entry say how it is registered, and nothing else of the entry does', async (t) => {
  const [policy] = await load(
    t,
    `labels:
  module: file:///labels.wasm
  policyMode: monitor
  allowedToMutate: true
  message: ask the platform team
  timeoutEvalSeconds: 3
  hostCapabilities: [kubernetes/*]
  contextAwareResources: [{apiVersion: v1, kind: Namespace}]
  rules: [${PODS}]
  failurePolicy: Ignore
  matchPolicy: Exact
  objectSelector: {matchLabels: {app: web}}
  namespaceSelector: {matchExpressions: [{key: example.com/team, operator: In, values: [a, b]}]}
  matchConditions: [{name: people, expression: "!request.userInfo.username.startsWith('system:')"}]
  sideEffects: NoneOnDryRun
  timeoutSeconds: 5
  reinvocationPolicy: IfNeeded
`,
  )
  t.match(policy, {
    mode: 'monitor',
    allowedToMutate: true,
    message: 'ask the platform team',
    timeoutEvalSeconds: 3,
    hostCapabilities: ['kubernetes/*'],
    contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
  })
  t.strictSame(policy?.registration, {
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
    failurePolicy: 'Ignore',
    matchPolicy: 'Exact',
    objectSelector: { matchLabels: { app: 'web' } },
    namespaceSelector: { matchExpressions: [{ key: 'example.com/team', operator: 'In', values: ['a', 'b'] }] },
    matchConditions: [{ name: 'people', expression: "!request.userInfo.username.startsWith('system:')" }],
    sideEffects: 'NoneOnDryRun',
    timeoutSeconds: 5,
    reinvocationPolicy: 'IfNeeded',
  })
})

t.test("the controller's own policies.yml is read: JSON, with keys that are none of ours", async (t) => {
  const text =
    '{"kw.cap.a":{"namespacedName":{"Namespace":"","Name":"a"},"module":"file:///a.wasm","settings":{"n":[1]}}}'
  t.match(await load(t, text), [{ id: 'kw.cap.a', module: 'file:///a.wasm', settings: { n: [1] } }])
})

t.test('settings keep numbers that JavaScript cannot hold', async (t) => {
  const [policy] = await load(t, 'a: {module: a.wasm, settings: {id: 9007199254740993, ratio: 1.0, all: [1e3, 2]}}')
  t.equal(JSON.stringify(singleOf(policy).settings), '{"id":9007199254740993,"ratio":1.0,"all":[1e3,2]}')
})

t.test('an empty map is no policy', async (t) => {
  t.strictSame(await load(t, '{}'), [])
})

t.test('a policy resource is registered under the unique name that Kubewarden gives it', async (t) => {
  const [policy] = await load(t, RESOURCE)
  t.match(policy, { id: 'kw.cap.no-privileged', module: 'file:///policies/pod-privileged.wasm', mode: 'protect' })
  t.strictSame(singleOf(policy).hostCapabilities, ['*'])
  t.match(policy?.registration, { rules: [{ resources: ['pods'] }], namespaceSelector: undefined })
})

t.test('a namespaced policy resource sees its own namespace only', async (t) => {
  const text = RESOURCE.replace('ClusterAdmissionPolicy', 'AdmissionPolicy').replace(
    '{name: no',
    '{namespace: shop, name: no',
  )
  const [policy] = await load(t, `${text}  namespaceSelector: {}\n`)
  t.equal(policy?.id, 'kw.ap.shop.no-privileged')
  t.strictSame(policy?.registration?.namespaceSelector, { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } })
})

t.test(
  'a folder is read file by file in the order of names; a list and a PolicyServer may be among them',
  async (t) => {
    const list = { apiVersion: 'v1', kind: 'List', items: [] as unknown[] }
    const folder = t.testdir({
      'b.yaml': `${RESOURCE}---\napiVersion: policies.kubewarden.io/v1\nkind: PolicyServer\nmetadata: {name: default}\n`,
      'a.yml': 'plain: {module: a.wasm}',
      'c.json': JSON.stringify({ ...list, items: [resource('one'), resource('two')] }),
      'README.md': 'not read',
      deeper: { 'd.yml': 'not: read' },
    })
    const ids = (await loadPolicySpecs(folder)).map(({ id }) => id)
    t.strictSame(ids, ['plain', 'kw.cap.no-privileged', 'kw.cap.one', 'kw.cap.two'])
  },
)

t.test('whatever a file holds, it is loaded or refused, and nothing else happens', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'policies.yml')
  const field = fc.constantFrom(...FIELDS)
  const members = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.dictionary(field, fc.jsonValue())))
  const foreign = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.dictionary(fc.string(), fc.dictionary(field, fc.jsonValue())).map((value) => JSON.stringify(value)),
    fc.dictionary(field, fc.dictionary(field, fc.jsonValue())).map((spec) => stringify({ ...resource('a'), spec })),
    fc
      .record({ expression: fc.oneof(fc.string(), fc.constantFrom('a()', '!a() || b()')), policies: members })
      .map((group) => stringify({ g: { message: 'no', ...group } })),
  )
  await fc.assert(
    fc.asyncProperty(foreign, async (text) => {
      writeFileSync(file, text)
      const outcome = await loadPolicySpecs(file).catch((error: unknown) => error)
      return Array.isArray(outcome) || isGatehouseError(outcome, 'ERR_POLICIES_INVALID')
    }),
    { numRuns: 300 },
  )
})
