import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runCommandLine } from '../../../cli/program.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { buildGuest, MINIMAL_METADATA } from '../../helpers/guests.ts'
import { createRecordedIo } from '../../helpers/recorded-io.ts'

/** Runs `gatehouse lint` in a folder of files and guests; what it prints is shown without the folder. */
async function lint(t: Test, files: Readonly<Record<string, string | Uint8Array>>, ...args: string[]) {
  const folder = t.testdir()
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const io = createRecordedIo()
  const paths = args.map((arg) => (arg in files || arg === '.' || arg === 'none.yml' ? join(folder, arg) : arg))
  const code = await runCommandLine(['lint', ...paths], io)
  const lines = io.stdout().replaceAll(folder, '.').split('\n').slice(0, -1)
  return { code, lines, stderr: io.stderr() }
}

t.test('good policies pass, the samples of this repository among them', async (t) => {
  const policies = `p: {module: ${join(packageRoot(), 'policies/pod-privileged/policy.wasm')}}\n`
  t.match(await lint(t, { 'policies.yml': policies }, 'policies.yml'), {
    code: 0,
    lines: [],
    stderr: 'policies: 1, problems: 0\n',
  })
})

t.test('all problems are listed, of files and of what loading them finds, each at its line and field', async (t) => {
  const { code, lines, stderr } = await lint(
    t,
    {
      'a.yml': [
        'good: {module: accept.wasm}',
        'refused:',
        '  module: deny-settings.wasm',
        '  settings: {a: 1}',
        'broken:',
        '  policyMode: monitor',
        '  module: broken.wasm',
        'bare: {module: bare.wasm}',
        'absent: {module: absent.wasm}',
        'typo: {module: accept.wasm, policyMode: audit}',
      ].join('\n'),
      'b.yml': 'good: {module: accept.wasm}\n',
      'c.yml': 'p: [',
      'd.yml': [
        'conditional:',
        '  module: accept.wasm',
        '  rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]',
        '  matchConditions: [{name: a, expression: object.}]',
      ].join('\n'),
      'accept.wasm': buildGuest('accept'),
      'deny-settings.wasm': buildGuest('deny-settings'),
      'broken.wasm': 'nonsense',
      'bare.wasm': buildGuest('accept', null),
    },
    '.',
  )
  t.equal(code, 1)
  const expected = [
    /^\.\/c\.yml:1: /,
    /^\.\/a\.yml:10: typo\.policyMode: is "audit"; must be one of protect, monitor$/,
    /^\.\/b\.yml:1: good: gives the policy id good, as \.\/a\.yml:1 does$/,
    /^\.\/d\.yml:4: conditional\.matchConditions\[0\]\.expression: /,
    /^\.\/a\.yml:4: refused\.settings: Policy settings are invalid: settings refused by the fixture$/,
    /^\.\/a\.yml:7: broken\.module: .*broken\.wasm/,
    /^\.\/a\.yml:8: bare\.module: .*carries no Kubewarden metadata$/,
    /^\.\/a\.yml:9: absent\.module: policy absent: cannot read \.\/absent\.wasm: ENOENT/,
  ]
  t.match(lines, expected)
  t.equal(lines.length, expected.length)
  t.equal(stderr, 'policies: 7, problems: 8\n')
})

t.test('scripts are given the same as JSON, for several paths together', async (t) => {
  const files = { 'one.yml': 'p: {module: accept.wasm}\n', 'two.yml': 'q: {}\n', 'accept.wasm': buildGuest('accept') }
  const { code, lines } = await lint(t, files, 'one.yml', 'two.yml', 'none.yml', '-o', 'json')
  t.equal(code, 1)
  t.strictSame(JSON.parse(lines.join('\n')), {
    warnings: [],
    policies: 1,
    problems: [
      { file: './two.yml', line: 1, field: 'q.module', message: 'is missing' },
      { file: './none.yml', message: JSON.parse(lines.join('\n')).problems[1].message },
    ],
  })
  t.match(lines[0], /cannot read policies from \.\/none\.yml: ENOENT/)
})

t.test('a path is needed', async (t) => {
  t.equal((await lint(t, {})).code, 2)
})

t.test(
  'an exemption that has expired is a warning: it does nothing, and is no reason to fail a pipeline',
  async (t) => {
    const policies = [
      'p:',
      '  module: accept.wasm',
      '  exemptions:',
      '  - {users: [alice], reason: ticket 1, until: 2999-01-01T00:00:00Z}',
      '  - {users: [bob], reason: ticket 2, until: 2020-01-01T00:00:00Z}',
    ].join('\n')
    const files = { 'p.yml': policies, 'accept.wasm': buildGuest('accept') }
    const { code, lines, stderr } = await lint(t, files, 'p.yml')
    t.match({ code, lines }, { code: 0, lines: [] })
    t.match(stderr, /^warning: .*p\.yml:5: p\.exemptions\[1\]\.until: has passed \(2020-01-01T00:00:00Z\); remove/)
    t.match(stderr, /\npolicies: 1, problems: 0\n$/)
    const { lines: json } = await lint(t, files, 'p.yml', '-o', 'json')
    t.match(JSON.parse(json[0] ?? ''), { policies: 1, problems: [], warnings: [{ field: 'p.exemptions[1].until' }] })
  },
)

t.test('of a group every member is loaded, and those that no expression asks are a warning', async (t) => {
  const files = {
    'p.yml': [
      'g:',
      '  expression: good() && bad() || unsure()',
      '  message: no',
      '  policies:',
      '    good: {module: accept.wasm}',
      '    bad: {module: deny-settings.wasm}',
      '    unsure:',
      '      module: broken.wasm',
      'spare:',
      '  expression: good()',
      '  message: no',
      '  policies:',
      '    good: {module: accept.wasm}',
      '    extra: {module: accept.wasm}',
      'typo: {expression: "a() and b()", message: no, policies: {a: {module: accept.wasm}, b: {module: accept.wasm}}}',
    ].join('\n'),
    'accept.wasm': buildGuest('accept'),
    'deny-settings.wasm': buildGuest('deny-settings'),
    'broken.wasm': 'nonsense',
  }
  const { code, lines, stderr } = await lint(t, files, 'p.yml')
  t.equal(code, 1)
  t.match(lines, [
    /^\.\/p\.yml:15: typo\.expression: at "and b\(\)": has and where the end should stand$/,
    /^\.\/p\.yml:6: g\.policies\.bad\.settings: Policy settings are invalid: settings refused by the fixture$/,
    /^\.\/p\.yml:8: g\.policies\.unsure\.module: .*broken\.wasm/,
  ])
  t.match(
    stderr,
    /^warning: .*p\.yml:14: spare\.policies\.extra: is asked by no expression\npolicies: 2, problems: 3\n$/,
  )
})

t.test(
  'a policy for raw requests that has rules is a problem: no API server sends it what it understands',
  async (t) => {
    const rules = 'rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]'
    const files = {
      'p.yml': [
        'served: {module: raw.wasm}',
        'registered:',
        '  module: raw.wasm',
        `  ${rules}`,
        'g:',
        '  expression: a()',
        '  message: no',
        '  policies: {a: {module: raw.wasm}}',
        `  ${rules}`,
      ].join('\n'),
      'raw.wasm': buildGuest('accept', { ...MINIMAL_METADATA, policyType: 'raw' }),
    }
    const { lines } = await lint(t, files, 'p.yml')
    t.match(lines, [
      /^\.\/p\.yml:4: registered\.rules: registered is for raw requests \(policyType: raw\), which no API server sends/,
      /^\.\/p\.yml:9: g\.rules: g\/a is for raw requests/,
    ])
    t.equal(lines.length, 2)
  },
)

t.test(
  'a key that is no field is a warning with what it may mean, and what Kubewarden writes itself is none',
  async (t) => {
    const rules = 'rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]'
    const files = {
      'p.yml': [
        'p:',
        '  namespacedName: {Namespace: "", Name: p}',
        '  module: accept.wasm',
        '  mod: 1',
        '  owner: me',
        'broken: {modul: accept.wasm, capabilities: []}',
        'g:',
        '  expression: a()',
        '  message: no',
        '  policies: {a: {module: accept.wasm}}',
        '  capability: none',
      ].join('\n'),
      'r.yml': [
        'apiVersion: policies.kubewarden.io/v1',
        'kind: ClusterAdmissionPolicyGroup',
        'metadata: {name: g, labels: {a: b}}',
        'spec:',
        `  ${rules}`,
        '  policyServer: default',
        '  backgroundAudit: true',
        '  expression: a()',
        '  message: no',
        '  severity: high',
        '  policies:',
        '    a:',
        '      module: accept.wasm',
        '      setting_values: {}',
        '---',
        'apiVersion: policies.kubewarden.io/v1',
        'kind: AdmissionPolicy',
        'metadata: {name: p, namespace: default}',
        `spec: {module: accept.wasm, mutating: false, policyMode: monitor, ${rules}}`,
      ].join('\n'),
      'accept.wasm': buildGuest('accept'),
    }
    const { code, lines, stderr } = await lint(t, files, '.')
    t.equal(code, 1)
    t.match(lines, [
      /^\.\/p\.yml:6: broken\.module: is missing$/,
      /^\.\/p\.yml:6: broken\.modul: .*did you mean module\?$/,
    ])
    t.equal(lines.length, 2)
    const warnings = [...stderr.matchAll(/^warning: .*\/(.*)$/gm)].map(([, warning]) => warning)
    t.strictSame(warnings, [
      'p.yml:4: p.mod: is not a field here, and is ignored; did you mean module?',
      'p.yml:5: p.owner: is not a field here, and is ignored',
      'p.yml:6: broken.capabilities: is not a field here, and is ignored; did you mean hostCapabilities?',
      'p.yml:11: g.capability: is not a field here, and is ignored',
      'r.yml:10: spec.severity: is not a field here, and is ignored',
      'r.yml:14: spec.policies.a.setting_values: is not a field here, and is ignored',
      'r.yml:19: spec.policyMode: is not a field here, and is ignored; did you mean mode?',
    ])
    const { lines: json } = await lint(t, files, 'p.yml', '-o', 'json')
    t.match(JSON.parse(json[0] ?? ''), { warnings: [{ line: 4, field: 'p.mod' }, {}, {}, {}] })
  },
)
