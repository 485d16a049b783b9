import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { stringify } from 'yaml'
import { loadPolicySpecs } from '../../../shim/policies/load-policy-specs.ts'
import { PODS } from '../../helpers/policy-files.ts'
import { problemsOf } from '../../helpers/policy-problems.ts'

const GROUP = `
trusted:
  expression: signed() || known()
  message: this image is not trusted
  policies:
    signed:
      module: signed.wasm
    known:
      module: file:///known.wasm
      settings: {hosts: [example.com], size: 9007199254740993}
      timeoutEvalSeconds: 3
      hostCapabilities: [oci/*]
      contextAwareResources: [{apiVersion: v1, kind: Namespace}]
`

/** A resource; its members start at line 14. */
const RESOURCE = `
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicyGroup
metadata:
  name: trusted
  annotations:
    gatehouse.internal/exemptions: "[{users: [alice], reason: she knows}]"
spec:
  rules: [${PODS}]
  mode: monitor
  expression: signed() || known()
  message: this image is not trusted
  policies:
    signed: {module: file:///signed.wasm}
    known: {module: file:///known.wasm, contextAwareResources: [{apiVersion: v1, kind: Pod}]}
`

const MEMBER = { settings: {}, hostCapabilities: [], contextAwareResources: [] }
const PODS_RULE = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }

t.test("a group of Kubewarden's policies.yml has members, each asked in its own way", async (t) => {
  const folder = t.testdir({ 'policies.yml': GROUP })
  const [group] = await loadPolicySpecs(join(folder, 'policies.yml'))
  t.match(JSON.stringify(group), /"size":9007199254740993/)
  const signed = { ...MEMBER, id: 'trusted/signed', module: pathToFileURL(join(folder, 'signed.wasm')).href }
  t.match(group, {
    id: 'trusted',
    mode: 'protect',
    allowedToMutate: false,
    expression: 'signed() || known()',
    message: 'this image is not trusted',
    members: [
      { ...signed, name: 'signed' },
      {
        id: 'trusted/known',
        name: 'known',
        module: 'file:///known.wasm',
        settings: { hosts: ['example.com'] },
        timeoutEvalSeconds: 3,
        hostCapabilities: ['oci/*'],
        contextAwareResources: [{ apiVersion: 'v1', kind: 'Namespace' }],
      },
    ],
    registration: undefined,
  })
})

t.test('a group is registered, exempted and watched like any policy', async (t) => {
  const fields = `  policyMode: monitor
  rules: [${PODS}]
  failurePolicy: Ignore
  timeoutSeconds: 5
  exemptions: [{users: [alice], reason: she knows}]
`
  const [group] = await loadPolicySpecs(join(t.testdir({ 'p.yml': GROUP + fields }), 'p.yml'))
  t.match(group, {
    mode: 'monitor',
    registration: { rules: [PODS_RULE], failurePolicy: 'Ignore', timeoutSeconds: 5 },
    exemptions: [{ users: ['alice'], reason: 'she knows' }],
  })
})

t.test('what the controller writes for a group is read: JSON, with keys that are none of ours', async (t) => {
  const policies = { a: { module: 'file:///a.wasm', settings: {}, contextAwareResources: [], hostCapabilities: ['*'] } }
  const entry = {
    namespacedName: { Namespace: '', Name: 'g' },
    policyMode: 'protect',
    expression: 'a()',
    message: 'no',
  }
  const text = JSON.stringify({ 'kw.capg.g': { ...entry, policies } })
  t.match(await loadPolicySpecs(join(t.testdir({ 'p.json': text }), 'p.json')), [
    { id: 'kw.capg.g', members: [{ id: 'kw.capg.g/a' }] },
  ])
})

t.test('group resources have the unique names that Kubewarden gives them', async (t) => {
  const namespaced = RESOURCE.replace('ClusterAdmission', 'Admission').replace(
    'name: trusted',
    'name: trusted\n  namespace: shop',
  )
  const folder = t.testdir({ 'a.yaml': RESOURCE, 'b.yaml': namespaced })
  const [cluster, shop] = await loadPolicySpecs(folder)
  t.match(cluster, {
    id: 'kw.capg.trusted',
    mode: 'monitor',
    message: 'this image is not trusted',
    members: [
      { id: 'kw.capg.trusted/signed', hostCapabilities: ['*'] },
      { contextAwareResources: [{ apiVersion: 'v1', kind: 'Pod' }] },
    ],
    registration: { rules: [PODS_RULE] },
    exemptions: [{ users: ['alice'] }],
  })
  t.match(shop, {
    id: 'kw.apg.shop.trusted',
    registration: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } },
    // which a namespaced policy may not look at
    members: [{}, { contextAwareResources: [] }],
  })
})

t.test('a member may be called like anything that objects inherit', async (t) => {
  const policies = '{__proto__: {module: a.wasm}, constructor: {module: b.wasm}}'
  const text = `g: {expression: __proto__() && constructor(), message: no, policies: ${policies}}`
  const [group] = await loadPolicySpecs(join(t.testdir({ 'p.yml': text }), 'p.yml'))
  t.match(group, { members: [{ id: 'g/__proto__' }, { id: 'g/constructor' }] })
})

t.test('all problems of a group are reported together, each at its line', async (t) => {
  const text = `g:
  expression: a() && b() && 1
  message: ""
  policyMode: audit
  policies:
    a:
      module: 5
      modul: a.wasm
    2b: {module: b.wasm}
    for: {module: c.wasm, allowedToMutate: true}
    d: null
  rules: []
`
  t.strictSame(await problemsOf(t, text), [
    'policies.yml:12: g.rules: is empty',
    'policies.yml:3: g.message: must be non-empty',
    'policies.yml:4: g.policyMode: is "audit"; must be one of protect, monitor',
    'policies.yml:7: g.policies.a.module: is 5; must be a string',
    'policies.yml:8: g.policies.a.modul: is not a field here; did you mean module?',
    'policies.yml:9: g.policies.2b: policy group member name is invalid: it must be letters, digits and _, and not start with a digit',
    'policies.yml:10: g.policies.for: policy group member name is invalid: for is a reserved word of CEL',
    'policies.yml:10: g.policies.for.allowedToMutate: is not a field here; the fields are module, settings, timeoutEvalSeconds, contextAwareResources, hostCapabilities',
    'policies.yml:11: g.policies.d: is null; must be a map',
    'policies.yml:2: g.expression: at "b() && 1": undeclared reference to b; the members are a, 2b, for, d',
    'policies.yml:2: g.expression: at "1": must evaluate to bool; only calls of members, &&, ||, !, ==, !=, parentheses, true and false may stand here',
  ])
})

t.test('a group needs members, an expression and a message', async (t) => {
  t.strictSame(await problemsOf(t, 'g:\n  policies: {}'), [
    'policies.yml:1: g.expression: is missing',
    'policies.yml:1: g.message: is missing',
    'policies.yml:2: g.policies: is empty; policy groups must have at least one policy member',
  ])
  t.strictSame(await problemsOf(t, 'g:\n  expression: a()\n  message: no'), [
    'policies.yml:1: g.policies: is missing',
    'policies.yml:2: g.expression: at "a()": undeclared reference to a; there are no members',
  ])
  t.match(await problemsOf(t, 'g: {expression: a(), message: no, policies: [a]}'), [
    /g\.policies: must be a map/,
    /a\(\)/,
  ])
})

t.test('what belongs to a member, or to a mutating policy, is refused where it would do nothing', async (t) => {
  const group = (field: string) => problemsOf(t, `${GROUP}  rules: [${PODS}]\n  ${field}\n`)
  for (const field of ['settings: {a: 1}', 'timeoutEvalSeconds: 2', 'hostCapabilities: ["*"]'])
    t.match(await group(field), [/policies\.yml:\d+: trusted\.\w+: belongs to a member of a group/], field)
  t.match(await group('module: a.wasm'), [/trusted\.module: is of a policy, which has no policies and no expression/])
  t.match(await group('allowedToMutate: true'), [/trusted\.allowedToMutate: is true; a group never mutates/])
  for (const harmless of ['allowedToMutate: false', 'settings: {}', 'contextAwareResources: []', 'module: ""'])
    t.strictSame(await group(harmless), [], harmless)
  for (const field of ['reinvocationPolicy: IfNeeded', 'mutates: metadata'])
    t.match(await group(field), [/is for mutating policies; a group never mutates/], field)
  t.match(await problemsOf(t, `${GROUP}  failurePolicy: Ignore\n`), [/failurePolicy: does nothing without rules/])
})

t.test('members may not take longer together than the API server waits', async (t) => {
  const group = (fields: string, ...seconds: readonly number[]) => {
    const policies = Object.fromEntries(
      seconds.map((each, i) => [`m${i}`, { module: 'a.wasm', timeoutEvalSeconds: each }]),
    )
    const expression = Object.keys(policies).map((name) => `${name}()`)
    return problemsOf(
      t,
      `${stringify({ g: { expression: expression.join(' && '), message: 'no', policies } })}${fields}`,
    )
  }
  t.strictSame(await group('', 15, 15), [])
  t.match(await group('', 15, 16), [/g\.policies: .* add up to 31; it must be at most 30/])
  t.match(await group(`  rules: [${PODS}]\n`, 5, 6), [
    /add up to 11, longer than the API server waits \(timeoutSeconds: 10\)/,
  ])
  t.strictSame(await group(`  rules: [${PODS}]\n  timeoutSeconds: 11\n`, 5, 6), [])
})

t.test('problems of a group resource are told of its fields', async (t) => {
  const text = RESOURCE.replace('known()', 'knwon()')
    .replace('name: trusted', 'name: Trusted')
    .replace('file:///signed', 'ftp://a')
  t.strictSame(await problemsOf(t, text), [
    'policies.yml:5: metadata.name: is "Trusted", which is no DNS subdomain',
    'policies.yml:14: spec.policies.signed.module: the module reference "ftp://a.wasm" has the scheme ftp; must be registry, https, http or file',
    'policies.yml:11: spec.expression: at "knwon()": undeclared reference to knwon; the members are signed, known',
  ])
  t.match(await problemsOf(t, RESOURCE.replace(/ {2}rules.*\n/, '')), [/spec\.rules: is missing/])
})
