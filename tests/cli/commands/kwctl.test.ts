import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { digestOf } from '../../../artifacts/digest.ts'
import { ModuleStore } from '../../../artifacts/store/module-store.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { runCommand } from '../../helpers/command.ts'
import { buildAnsweringGuest, buildGuest, MINIMAL_METADATA } from '../../helpers/guests.ts'

const POLICIES = join(packageRoot(), 'policies')
const LABELS = join(POLICIES, 'require-labels/policy.wasm')
const REQUEST = join(POLICIES, 'require-labels/fixtures/half-labelled-deployment.json')
const SETTINGS = '{"required_labels": ["app", "version"]}'

const kwctl = (...args: readonly string[]) => runCommand('kwctl', ...args)

/** A folder with one guest in it, which gives this answer to everything. */
function guestFile(t: Test, answer: object, metadata: object | null = MINIMAL_METADATA): string {
  const path = join(t.testdir({ 'request.json': '{"uid": "1", "any": ["thing"]}' }), 'policy.wasm')
  writeFileSync(path, buildAnsweringGuest(JSON.stringify({ valid: true, ...answer }), metadata))
  return path
}

t.test('the answer is one line, its fields in the order of kwctl, and a denial is no failure', async (t) => {
  t.strictSame(await kwctl('run', LABELS, '-r', REQUEST, '--settings-json', SETTINGS), {
    code: 0,
    stdout:
      '{"uid":"705ab4f5-6393-11e8-b7cc-42010a800002","allowed":false,"status":{"message":"Required labels are missing: version"},"auditAnnotations":null,"warnings":null}\n',
    stderr: '',
  })
  const mutated = {
    accepted: true,
    message: 'why',
    code: 201,
    mutated_object: {},
    warnings: ['a'],
    audit_annotations: {},
  }
  const { stdout } = await kwctl('run', guestFile(t, mutated), '-r', REQUEST)
  t.match(
    stdout,
    /^{"uid":"[^"]+","allowed":true,"patchType":"JSONPatch","patch":"[^"]+","status":{"message":"why","code":201},"auditAnnotations":{},"warnings":\["a"\]}\n$/,
  )
})

t.test('settings that are not valid are an error, with exit code 1', async (t) => {
  t.strictSame(await kwctl('run', LABELS, '-r', REQUEST, '--settings-json', '{"required_labels": []}'), {
    code: 1,
    stdout: '',
    stderr: 'Error: Provided settings are not valid: required_labels is empty; name at least one label\n',
  })
})

t.test('any other failure has exit code 1, and a command line that is not understood 2', async (t) => {
  t.match(await kwctl('run', '/no/policy.wasm', '-r', REQUEST), {
    code: 1,
    stdout: '',
    stderr: /^Error: .*\/no\/policy/,
  })
  t.match(await kwctl('run', LABELS, '-r', '/no/request.json'), {
    code: 1,
    stderr: /^Error: cannot read \/no\/request/,
  })
  t.match(await kwctl('run', LABELS), { code: 2, stderr: /--request-path/ })
  t.match(await kwctl('run', LABELS, '-r', REQUEST, '-e', 'python'), { code: 2, stderr: /kubewarden, wasi, opa/ })
  t.match(await kwctl('run', LABELS, '-r', REQUEST, '--allowed-host-capabilities', 'net/*/x'), {
    code: 1,
    stderr: /^Error: --allowed-host-capabilities: "net\/\*\/x" has a \*/,
  })
})

t.test('what cannot be done is refused by name, and never ignored', async (t) => {
  for (const [flag, missing] of [
    ['-k', 'signatures are not verified yet'],
    ['--verification-key', 'signatures'],
    ['--verification-config-path', 'signatures'],
    ['-a', 'signatures'],
    ['--cert-email', 'signatures'],
    ['--cert-oidc-issuer', 'signatures'],
    ['--github-owner', 'signatures'],
    ['--github-repo', 'signatures'],
    ['--sigstore-trust-config', 'signatures'],
    ['--record-host-capabilities-interactions', 'host capability'],
    ['--replay-host-capabilities-interactions', 'host capability'],
  ] as const) {
    const expected = { stdout: '', stderr: new RegExp(`--[a-z-]+ cannot be used: .*${missing}`) }
    const args = [LABELS, '-r', REQUEST, '--settings-json', SETTINGS, flag, 'x']
    t.match(await kwctl('run', ...args), { code: 1, ...expected }, flag)
    t.match(await runCommand('run', ...args), { code: 3, ...expected }, flag)
  }
  const uri = 'registry://localhost/policy:v1'
  for (const args of [
    ['pull', uri, '-k', 'key.pub'],
    ['scaffold', 'manifest', '-t', 'AdmissionPolicy', LABELS, '--cert-email', 'a@b.c'],
    ['inspect', LABELS, '--show-signatures'],
  ])
    t.match(await kwctl(...args), {
      code: 1,
      stdout: '',
      stderr: /^Error: --[a-z-]+ cannot be used: signatures are not/,
    })
  t.match(await kwctl('verify', uri, '-k', 'key.pub'), {
    code: 1,
    stderr: /^Error: kwctl has no command verify here; there are .*run/,
  })
  t.match(await kwctl('scaffold', 'vap', '-p', 'policy.yml'), { code: 1, stderr: /scaffolds no vap here; there is/ })
})

t.test('flags that are without effect are accepted', async (t) => {
  const { code, stdout } = await kwctl(
    ...['-v', '--no-color', 'run', LABELS, '-r', REQUEST, '--settings-json', SETTINGS],
    ...['--disable-wasmtime-cache', '-e', 'kubewarden', '--allow-context-aware', '--allowed-host-capabilities', '*'],
  )
  t.equal(code, 0)
  t.match(stdout, /"allowed":false/)
})

t.test('a policy that wants to see a cluster is run without, with a warning, unless it was to see it', async (t) => {
  const contextAwareResources = [{ apiVersion: 'v1', kind: 'Namespace' }]
  const policy = guestFile(t, { accepted: true }, { ...MINIMAL_METADATA, contextAwareResources })
  t.match(await kwctl('run', policy, '-r', REQUEST), {
    code: 0,
    stdout: /"allowed":true/,
    stderr: /^WARN Policy requires access to Kubernetes resources.*: v1\/Namespace\n$/,
  })
  t.match(await kwctl('run', policy, '-r', REQUEST, '--allow-context-aware'), {
    code: 1,
    stderr: /^Error: --allow-context-aware cannot be used: .*v1\/Namespace/,
  })
})

t.test('a flag without patterns grants no host capability, and logging needs no grant', async (t) => {
  const path = join(t.testdir(), 'policy.wasm')
  writeFileSync(path, buildGuest('host-call'))
  const run = (...flags: string[]) => kwctl('run', path, '-r', REQUEST, ...flags)
  t.match(await run(), { code: 0, stdout: /"allowed":true/ })
  t.match(await run('--allowed-host-capabilities'), { code: 0, stdout: /"allowed":true/ }, 'logging is for everybody')
})

t.test('raw requests are passed as they are, when a flag or the metadata says so', async (t) => {
  const raw = guestFile(t, { accepted: true }, { ...MINIMAL_METADATA, policyType: 'raw' })
  const request = join(raw, '../request.json')
  const answer = '{"uid":"1","allowed":true,"auditAnnotations":null,"warnings":null}\n'
  t.match(await kwctl('run', raw, '-r', request), { code: 0, stdout: answer })
  const ordinary = guestFile(t, { accepted: true })
  t.match(await kwctl('run', ordinary, '-r', request, '--raw'), { code: 0, stdout: answer })
  t.match(await kwctl('run', ordinary, '-r', request), { code: 1, stderr: /^Error: .*request\.json/ })
})

t.test('a file of resources is asked policy by policy, whatever the flags say of one', async (t) => {
  const policy = (name: string, labels: string[]) => `---
apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata: {name: ${name}}
spec:
  module: file://${LABELS}
  settings: {required_labels: [${labels.join()}]}
  mutating: false
  rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
`
  const file = join(t.testdir({ 'policies.yaml': policy('a', ['app']) + policy('b', ['version']) }), 'policies.yaml')
  const { code, stdout, stderr } = await kwctl('run', file, '-r', REQUEST, '--settings-json', '{}', '-e', 'opa')
  t.equal(code, 0)
  t.match(stdout, /^{.*"allowed":true.*}\n{.*"allowed":false.*}\n$/)
  t.match(stderr, /^INFO The --settings-json .* are ignored .*\nINFO The --execution-mode .*\n$/)
  t.match(await kwctl('run', file, '-r', REQUEST, '--raw'), {
    code: 1,
    stdout: '',
    stderr: `Error: The --raw option cannot be used with a YAML file: ${file}\n`,
  })
})

t.test('it tells the release whose kwctl it is like, and whose it is', async (t) => {
  t.match(await kwctl('--version'), { code: 0, stdout: /^kwctl \d+\.\d+\.\d+ \(Gatehouse \d+\.\d+\.\d+\)\n$/ })
  t.match(await kwctl('info'), {
    code: 0,
    stdout:
      /^kwctl version: \d+\.\d+\.\d+ .*\n\nOpen Policy Agent\/Gatekeeper implemented builtins:\n( {2}- [\w.]+\n)+\nPolicy store: \//,
  })
})

t.test('a manifest is scaffolded from what the policy says of itself', async (t) => {
  const { code, stdout } = await kwctl(
    'scaffold',
    'manifest',
    '-t',
    'ClusterAdmissionPolicy',
    LABELS,
    '--settings-json',
    SETTINGS,
  )
  t.equal(code, 0)
  t.equal(
    stdout,
    `apiVersion: policies.kubewarden.io/v1
kind: ClusterAdmissionPolicy
metadata:
  annotations:
    io.kubewarden.policy.category: Resource validation
    io.kubewarden.policy.severity: low
  name: require-labels
spec:
  module: file://${LABELS}
  settings:
    "required_labels":
      - "app"
      - "version"
  rules:
    - apiGroups:
        - ""
        - apps
        - batch
      apiVersions:
        - v1
      resources:
        - pods
        - services
        - configmaps
        - daemonsets
        - deployments
        - statefulsets
        - cronjobs
        - jobs
      operations:
        - CREATE
        - UPDATE
  mutating: false
`,
  )
  const file = join(t.testdir({ 'policy.yaml': stdout }), 'policy.yaml')
  t.match(await kwctl('run', file, '-r', REQUEST), { code: 0, stdout: /"allowed":false/ })
})

t.test(
  'a scaffolded manifest has settings as they are written, and access to a cluster only when asked to',
  async (t) => {
    const contextAwareResources = [{ apiVersion: 'v1', kind: 'Namespace' }]
    const policy = guestFile(t, {}, { ...MINIMAL_METADATA, contextAwareResources, backgroundAudit: false })
    const scaffold = (...args: string[]) => kwctl('scaffold', 'manifest', policy, '--title', 'x.y', '-t', ...args)
    const settings = '{"big": 12345678901234567890, "one": 1.0}'
    const kept = await scaffold('ClusterAdmissionPolicy', '--settings-json', settings)
    t.match(kept.stdout, '    "big": 12345678901234567890\n    "one": 1.0\n')
    t.match(kept.stdout, /name: x\.y\n[\s\S]*backgroundAudit: false\n$/)
    t.match(kept.stderr, /^WARN .*has been left empty\.\n$/)
    const granted = await scaffold('ClusterAdmissionPolicy', '--allow-context-aware')
    t.match(
      granted.stdout,
      /settings:\n? *{}\n[\s\S]*contextAwareResources:\n {4}- apiVersion: v1\n {6}kind: Namespace\n$/,
    )
    t.match(granted.stderr, /^WARN .*has been granted access/)
    t.notMatch((await scaffold('AdmissionPolicy', '--allow-context-aware')).stdout, 'contextAwareResources')
  },
)

t.test('a stored policy that is named by its digest has its reference in the manifest', async (t) => {
  const bytes = readFileSync(LABELS)
  const digest = digestOf(bytes)
  const folder = t.testdir()
  await new ModuleStore(folder).put('registry://registry.example/labels:v1', { bytes, digest })
  const kwctl = join(packageRoot(), 'cli/gatehouse')
  const args = ['kwctl', 'scaffold', 'manifest', '-t', 'AdmissionPolicy', digest.slice('sha256:'.length, 20)]
  const { stdout } = await execa(kwctl, args, { env: { GATEHOUSE_STORE: folder } })
  t.match(stdout, '  module: registry://registry.example/labels:v1\n')
})

t.test('what no manifest can be made of is refused', async (t) => {
  const manifest = (...args: string[]) => kwctl('scaffold', 'manifest', '-t', 'AdmissionPolicy', ...args)
  const bare = guestFile(t, {}, null)
  t.match(await manifest(bare), {
    code: 1,
    stderr: /^Error: No Kubewarden metadata found inside of 'file:\/\/.*'\.\nPolicies/,
  })
  t.match(await manifest(LABELS, '--title', 'No!'), {
    code: 1,
    stderr: /^Error: Invalid title 'No!'\. Must use lowercase/,
  })
  t.match(await manifest(LABELS, '--settings-json', '[1]'), {
    code: 1,
    stderr: /^Error: Provided settings are not valid/,
  })
  t.match(await manifest(LABELS, '--settings-json', '{'), {
    code: 1,
    stderr: /^Error: Provided settings are not valid/,
  })
  t.match(await kwctl('scaffold', 'manifest', '-t', 'PolicyServer', LABELS), { code: 2 })
})
