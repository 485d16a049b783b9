import t from 'tap'
import { loadPolicySpecs } from '../../../shim/policies/load-policy-specs.ts'
import { PODS, RESOURCE } from '../../helpers/policy-files.ts'
import { problemsOf } from '../../helpers/policy-problems.ts'

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
    ['mode: monitor', 'policyMode'],
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

t.test('ids that no URL can carry and ids that are given twice are refused', async (t) => {
  t.match(await problemsOf(t, 'a/b: {module: a.wasm}'), ['policies.yml:1: a/b: is no policy id: / separates'])
  t.match(await problemsOf(t, '..: {module: a.wasm}'), [/is no policy id/])
  t.match(await problemsOf(t, 'a: {module: a.wasm}\na: {module: b.wasm}'), ['policies.yml:2: Map keys must be unique'])
  t.strictSame(await problemsOf(t, `${RESOURCE}---${RESOURCE}`), [
    'policies.yml:13: metadata.name: gives the policy id kw.cap.no-privileged, as policies.yml:4 does',
  ])
})

t.test('what cannot be understood is refused by name', async (t) => {
  const refused = (module: string) => problemsOf(t, `a: {module: "${module}"}`)
  for (const module of ['registry://example.com/a:v1', 'https://example.com/a.wasm', 'example.com/policies/a:v1'])
    t.strictSame(await refused(module), [], module)
  t.match(await refused('ftp://example.com/a.wasm'), [
    'policies.yml:1: a.module: the module reference "ftp://example.com/a.wasm" has the scheme ftp; must be registry, https, http or file',
  ])
  t.match(await refused('example.com/Policies/a:v1'), [
    /a\.module: the module reference .* has "Policies" in its repository/,
  ])
  t.match(await refused('file:///%zz.wasm'), [/has malformed %-escapes/])
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

t.test('an empty file is a mistake', async (t) => {
  t.strictSame(await problemsOf(t, '# nothing yet\n'), ['policies.yml: is empty; write {} for no policies'])
})
