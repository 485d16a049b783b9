import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { loadPolicySpecs } from '../../../shim/policies/load-policy-specs.ts'
import { isGatehouseError } from '../../../util/errors.ts'

const PODS = '{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}'

const RESOURCE = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: no-privileged}
spec:
  module: file:///policies/pod-privileged.wasm
  mutating: false
  rules:
  - ${PODS}
`

const FIELDS =
  `module policyMode mode mutating settings rules apiGroups operations failurePolicy objectSelector matchLabels
  matchExpressions matchConditions timeoutSeconds hostCapabilities contextAwareResources items __proto__ constructor`.split(
    /\s+/,
  )

/** Loads a file and gives what is wrong with it, one line each, without the folder. */
async function problemsOf(t: Test, text: string, name = 'policies.yml'): Promise<string[]> {
  const folder = t.testdir({ [name]: text })
  try {
    await loadPolicySpecs(join(folder, name))
    return []
  } catch (error) {
    if (!isGatehouseError(error, 'ERR_POLICIES_INVALID')) throw error
    const lines = error.message.replaceAll(`${folder}/`, '').split('\n')
    return lines.length === 1 ? lines : lines.slice(1).map((line) => line.trim())
  }
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
  t.equal(JSON.stringify(policy?.settings), '{"id":9007199254740993,"ratio":1.0,"all":[1e3,2]}')
})

t.test('an empty map is no policy; an empty file is a mistake', async (t) => {
  t.strictSame(await load(t, '{}'), [])
  t.strictSame(await problemsOf(t, '# nothing yet\n'), ['policies.yml: is empty; write {} for no policies'])
})

t.test('a policy resource is registered under the unique name that Kubewarden gives it', async (t) => {
  const [policy] = await load(t, RESOURCE)
  t.match(policy, { id: 'kw.cap.no-privileged', module: 'file:///policies/pod-privileged.wasm', mode: 'protect' })
  t.strictSame(policy?.hostCapabilities, ['*'])
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

function resource(name: string) {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]
  const spec = { module: 'file:///a.wasm', mutating: false, rules }
  return { apiVersion: 'policies.kubewarden.io/v1', kind: 'ClusterAdmissionPolicy', metadata: { name }, spec }
}

t.test('rules without operations are refused with file, line and field', async (t) => {
  const text = RESOURCE.replace(', operations: [CREATE]', '')
  t.strictSame(await problemsOf(t, text, 'cap.yaml'), ['cap.yaml:9: spec.rules[0].operations: is missing'])
  const entry = 'a:\n  module: a.wasm\n  rules:\n  - apiGroups: [""]\n    apiVersions: [v1]\n    resources: [pods]\n'
  t.strictSame(await problemsOf(t, entry), ['policies.yml:4: a.rules[0].operations: is missing'])
})

t.test('all problems of all policies are reported together, each at its line', async (t) => {
  const text = `one:
  module: a.wasm
  policyMode: audit
  timeoutSeconds: 31
  rules: [${PODS}]
two:
  module: 5
  settings: [a]
  message: null
three: {}
`
  t.strictSame(await problemsOf(t, text), [
    'policies.yml:3: one.policyMode: is "audit"; must be one of protect, monitor',
    'policies.yml:4: one.timeoutSeconds: is 31; must be at most 30',
    'policies.yml:7: two.module: is 5; must be a string',
    'policies.yml:8: two.settings: must be a map',
    'policies.yml:10: three.module: is missing',
  ])
})

t.test('problems of several files come together, each with its file', async (t) => {
  const folder = t.testdir({ 'a.yml': 'a: {}', 'b.yml': 'b: [', 'c.yml': '- c' })
  await t.rejects(loadPolicySpecs(folder), {
    code: 'ERR_POLICIES_INVALID',
    message: /^3 problems:\n.*b\.yml:1: .*\n.*a\.yml:1: a\.module: is missing\n.*c\.yml:1: must be a map/,
  })
})

t.test('a misspelt field is refused, a foreign one is ignored as in Kubewarden', async (t) => {
  const entry = (field: string) => `a: {module: a.wasm, ${field}}`
  for (const [field, right] of [
    ['ruels: []', 'rules'],
    ['polcyMode: monitor', 'policyMode'],
    ['FailurePolicy: Ignore', 'failurePolicy'],
    ['timeoutSecond: 5', 'timeoutSeconds'],
  ]) {
    const name = field?.split(':')[0]
    t.strictSame(await problemsOf(t, entry(field ?? '')), [
      `policies.yml:1: a.${name}: is not a field here; did you mean ${right}?`,
    ])
  }
  t.strictSame(await problemsOf(t, entry('namespacedName: {Name: a}, owner: me')), [])
})

t.test('what the API server would refuse, or read as match-all, is refused here', async (t) => {
  const registered = (field: string) => `a: {module: a.wasm, rules: [${PODS}], ${field}}`
  const rule = (change: string) => `a: {module: a.wasm, rules: [{...}]}`.replace('...', change)
  const all = 'apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]'
  for (const [text, problem] of [
    [registered('objectSelector: {app: web}'), 'objectSelector.app: is not a field here'],
    [registered('objectSelector: {matchLabels: {app: 1}}'), 'objectSelector.matchLabels.app: is 1; must be a string'],
    [registered('objectSelector: {matchLabels: {"a b": c}}'), 'is "a b", which is no label key'],
    [
      registered('namespaceSelector: {matchExpressions: [{key: a, operator: In}]}'),
      'values: is missing, which In needs',
    ],
    [registered('namespaceSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}'), 'must be one of In,'],
    [registered('matchConditions: [{name: a, expression: "true"}, {name: a, expression: "true"}]'), 'is there twice'],
    [registered('matchConditions: [{name: "a b", expression: "true"}]'), 'is no qualified name'],
    [registered('sideEffects: Some'), 'sideEffects: is "Some"; must be one of None, NoneOnDryRun'],
    [registered('reinvocationPolicy: IfNeeded'), 'is for mutating policies'],
    [
      registered('timeoutSeconds: 5, timeoutEvalSeconds: 6'),
      'is 6, longer than the API server waits (timeoutSeconds: 5)',
    ],
    [registered('timeoutEvalSeconds: 11'), 'is 11, longer than the API server waits (timeoutSeconds: 10)'],
    [registered('timeoutSeconds: 0'), 'is 0; must be at least 1'],
    [registered('timeoutSeconds: 1.5'), 'is 1.5; must be a whole number'],
    [rule(all.replace('[v1]', '[v1, "*"]')), 'apiVersions: holds * beside others'],
    [rule(all.replace('[CREATE]', '[create]')), 'operations[0]: is "create"; must be one of CREATE'],
    [rule(all.replace('[pods]', '["*/*", pods]')), 'resources: holds */* beside others'],
    [
      rule(all.replace('[pods]', '["pods/*", pods/exec]')),
      'resources: holds pods/exec beside a wildcard that covers it',
    ],
    [rule(all.replace('[pods]', '[]')), 'resources: is empty'],
    [rule(all.replace('operations', 'operation')), 'did you mean operations?'],
    ['a: {module: a.wasm, failurePolicy: Fail}', 'failurePolicy: does nothing without rules'],
    ['a: {module: a.wasm, rules: []}', 'a.rules: is empty'],
  ]) {
    t.match((await problemsOf(t, text ?? '')).join('\n'), problem ?? '')
  }
  t.strictSame(await problemsOf(t, rule(all.replace('[pods]', '["*", pods/exec]'))), [], 'as the API server allows')
})

t.test('a pattern that grants no host capability is refused', async (t) => {
  const granted = (pattern: string) => problemsOf(t, `a: {module: a.wasm, hostCapabilities: ["${pattern}"]}`)
  t.strictSame(await granted('oci/v1/*'), [])
  t.match(await granted('oci/v1'), ['policies.yml:1: a.hostCapabilities[0]: "oci/v1" names no single capability'])
  t.match(await granted('k8s/*'), [/"k8s\/\*" has an unknown segment/])
})

t.test('whatever a file holds, it is loaded or refused, and nothing else happens', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'policies.yml')
  const field = fc.constantFrom(...FIELDS)
  const foreign = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.dictionary(fc.string(), fc.dictionary(field, fc.jsonValue())).map((value) => JSON.stringify(value)),
    fc.dictionary(field, fc.dictionary(field, fc.jsonValue())).map((spec) => stringify({ ...resource('a'), spec })),
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

t.test('ids that no URL can carry and ids that are given twice are refused', async (t) => {
  t.match(await problemsOf(t, 'a/b: {module: a.wasm}'), ['policies.yml:1: a/b: is no policy id: / separates'])
  t.match(await problemsOf(t, '..: {module: a.wasm}'), [/is no policy id/])
  t.match(await problemsOf(t, 'a: {module: a.wasm}\na: {module: b.wasm}'), ['policies.yml:2: Map keys must be unique'])
  t.strictSame(await problemsOf(t, `${RESOURCE}---${RESOURCE}`), [
    'policies.yml:13: metadata.name: gives the policy id kw.cap.no-privileged, as policies.yml:4 does',
  ])
})

t.test('what cannot be run yet is refused by name, with the way out', async (t) => {
  const refused = (module: string) => problemsOf(t, `a: {module: "${module}"}`)
  for (const module of ['registry://example.com/a:v1', 'https://example.com/a.wasm', 'example.com/policies/a:v1'])
    t.match(await refused(module), [/a\.module: is .* cannot be .* yet: download it .* name it by file:\/\//], module)
  t.match(await refused('ftp://example.com/a.wasm'), [/must be file:\/\/ or a path/])
  t.match(await refused('file:///%zz.wasm'), [/its %-escapes are malformed/])
  t.match(await problemsOf(t, 'g: {expression: "a()", message: no, policies: {a: {module: a.wasm}}}'), [
    /g: is a policy group; groups are not supported yet/,
  ])
  const group = RESOURCE.replace('ClusterAdmissionPolicy', 'ClusterAdmissionPolicyGroup')
  t.match(await problemsOf(t, group), [/is a ClusterAdmissionPolicyGroup; groups are not supported yet/])
  t.match(await problemsOf(t, RESOURCE.replace('/v1', '/v1alpha2')), [
    /policy resources are of policies.kubewarden.io\/v1/,
  ])
  t.match(await problemsOf(t, 'apiVersion: v1\nkind: Namespace'), [/is a Namespace of v1/])
})

t.test('a path that cannot be read is named', async (t) => {
  await t.rejects(loadPolicySpecs('/no/such/policies.yml'), {
    code: 'ERR_FILE_READ',
    message: /\/no\/such\/policies\.yml/,
  })
  await t.rejects(loadPolicySpecs(t.testdir({ 'README.md': '' })), { message: /holds no \.yaml, \.yml or \.json file/ })
})
