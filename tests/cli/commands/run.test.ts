import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { runCommandLine } from '../../../cli/program.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { buildAnsweringGuest, buildGuest, type GuestName } from '../../helpers/guests.ts'
import { createRecordedIo } from '../../helpers/recorded-io.ts'

const POLICIES = join(packageRoot(), 'policies')
const PRIVILEGED = join(POLICIES, 'pod-privileged/policy.wasm')
const LABELS = join(POLICIES, 'require-labels/policy.wasm')
const fixture = (name: string) => join(POLICIES, 'pod-privileged/fixtures', `${name}.json`)

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec: {containers: []}\n'

async function run(args: readonly string[], stdin = '') {
  const io = createRecordedIo(stdin)
  const code = await runCommandLine(['run', ...args], io)
  const lines = io.stdout().split('\n').slice(0, -1)
  return { code, stdout: io.stdout(), stderr: io.stderr(), verdicts: lines.map((line) => JSON.parse(line)) }
}

/** A folder with a guest in it, and whatever else. */
function guestFile(t: Test, name: GuestName, metadata?: object | null): string {
  const path = join(t.testdir({ 'pod.yaml': POD }), `${name}.wasm`)
  writeFileSync(path, buildGuest(name, metadata))
  return path
}

t.test('a verdict is one line of JSON, and a denial no failure', async (t) => {
  const { code, verdicts, stderr } = await run([PRIVILEGED, '-r', fixture('privileged-pod')])
  t.equal(code, 0)
  t.strictSame(verdicts, [
    {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: false,
      status: { message: 'Privileged container is not allowed: web' },
      auditAnnotations: null,
      warnings: null,
    },
  ])
  t.equal(stderr, '')
})

t.test('--exit-code leaves with 1 when anything is denied', async (t) => {
  t.equal((await run([PRIVILEGED, '-r', fixture('privileged-pod'), '--exit-code'])).code, 1)
  t.equal((await run([PRIVILEGED, '-r', fixture('unprivileged-pod'), '--exit-code'])).code, 0)
})

t.test('manifests on standard input are asked about one by one, and named for people', async (t) => {
  const { verdicts, stderr, code } = await run(
    [LABELS, '--settings-json', '{"required_labels": ["app"]}', '-r', '-', '--exit-code'],
    `${POD}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`,
  )
  t.equal(code, 1)
  t.strictSame(
    verdicts.map(({ allowed }) => allowed),
    [true, false],
  )
  t.match(stderr, /^Pod default\/web: allowed by .*policy\.wasm$/m)
  t.match(stderr, /^Namespace shop\/shop: denied by .*policy\.wasm: Required labels are missing: app$/m)
})

t.test('several files of requests are read in their order', async (t) => {
  const files = ['privileged-pod', 'unprivileged-pod', 'privileged-pod'].flatMap((name) => ['-r', fixture(name)])
  t.match((await run([PRIVILEGED, ...files])).verdicts, [{ allowed: false }, { allowed: true }, { allowed: false }])
  t.match(await run([PRIVILEGED, '-r', fixture('privileged-pod'), '-r', '/no/request.json']), {
    code: 3,
    stdout: '',
    stderr: /ERR_FILE_READ: .*\/no\/request\.json/,
  })
})

t.test('the help says that the rules of a policies file are not looked at', async (t) => {
  const io = createRecordedIo()
  t.equal(await runCommandLine(['run', '--help'], io), 0)
  t.match(io.stdout(), /each policy is asked about each request, whatever its rules/)
  t.notMatch(io.stdout(), /gatehouse run policies\.yml/)
})

t.test('settings come from a file or from the command line, and not from both', async (t) => {
  const folder = t.testdir({ 'settings.yml': 'required_labels: [version]', 'pod.yaml': POD })
  const request = ['-r', join(folder, 'pod.yaml')]
  const file = ['-s', join(folder, 'settings.yml')]
  const json = ['--settings-json', '{"required_labels": ["app"]}']
  t.match((await run([LABELS, ...request, ...file])).verdicts, [{ allowed: false }])
  t.match((await run([LABELS, ...request, ...json])).verdicts, [{ allowed: true }])
  t.equal((await run([LABELS, ...request, ...file, ...json])).code, 2)
})

t.test('settings that the policy refuses are no verdict but a failure', async (t) => {
  for (const [settings, reason] of [
    ['{"required_labels": []}', 'Provided settings are not valid: required_labels is empty'],
    ['{}', 'Provided settings are not valid: missing field `required_labels`'],
    ['[1]', 'Provided settings are not valid: --settings-json does not hold one map'],
    ['{', '--settings-json:1: '],
  ]) {
    const { code, stdout, stderr } = await run([
      LABELS,
      '-r',
      fixture('privileged-pod'),
      '--settings-json',
      settings ?? '',
    ])
    t.equal(code, 3)
    t.equal(stdout, '')
    t.match(stderr, `gatehouse: ERR_SETTINGS_INVALID: ${reason}`)
  }
})

t.test('a mutation shows as a patch', async (t) => {
  const policy = join(POLICIES, 'default-seccomp-profile/policy.wasm')
  const { verdicts } = await run([policy, '-r', '-'], POD)
  t.match(verdicts, [{ allowed: true, patchType: 'JSONPatch' }])
  t.strictSame(JSON.parse(Buffer.from(verdicts[0].patch, 'base64').toString()), [
    { op: 'add', path: '/spec/securityContext', value: { seccompProfile: { type: 'RuntimeDefault' } } },
  ])
})

t.test('an update needs the old object, and is judged with it', async (t) => {
  const folder = t.testdir({ 'old.yaml': POD })
  const privileged = POD.replace('[]', '[{name: web, image: a, securityContext: {privileged: true}}]')
  const update = (old: string) => run([PRIVILEGED, '-r', '-', '--operation', 'UPDATE', '--old-object', old], privileged)
  t.match((await update(join(folder, 'old.yaml'))).verdicts, [{ allowed: false }])
  t.equal((await run([PRIVILEGED, '-r', '-', '--operation', 'UPDATE'], privileged)).code, 2)
})

t.test('a policy that never ends is ended, and the next request is answered', async (t) => {
  const policy = guestFile(t, 'loop')
  const { code, verdicts } = await run([policy, '-r', '-', '--timeout', '0.2'], `${POD}---\n${POD}`)
  t.equal(code, 0)
  const message = 'Policy execution interrupted because it exceeded the allowed execution time'
  t.match(verdicts, [
    { allowed: false, status: { code: 500, message } },
    { allowed: false, status: { code: 500, message } },
  ])
})

t.test("the policy's own lines go to standard error", async (t) => {
  const { verdicts, stderr } = await run([guestFile(t, 'host-call'), '-r', '-'], POD)
  t.match(verdicts, [{ allowed: true }])
  t.match(stderr, /policyId=.*host-call\.wasm/)
})

t.test('a module without metadata is run as what it is, unless a file of policies names it', async (t) => {
  const policy = guestFile(t, 'accept', null)
  t.match((await run([policy, '-r', '-'], POD)).verdicts, [{ allowed: true }])
  t.match((await run([policy, '-r', '-', '-e', 'kubewarden'], POD)).verdicts, [{ allowed: true }])
  t.equal((await run([policy, '-r', '-', '-e', 'python'], POD)).code, 2)
  const folder = dirname(policy)
  writeFileSync(join(folder, 'policies.yml'), `accept: {module: ${policy}}`)
  rmSync(join(folder, 'pod.yaml'))
  t.match(await run([folder, '-r', '-'], POD), { code: 3, stderr: /ERR_MODULE_METADATA/ })
})

t.test('all policies of a file are asked, under the modes that it gives them', async (t) => {
  const folder = t.testdir({
    'policies.yml': `
labels: {module: ${LABELS}, settings: {required_labels: [version]}, message: ask us}
watched: {module: ${LABELS}, settings: {required_labels: [version]}, policyMode: monitor}
seccomp: {module: ${POLICIES}/default-seccomp-profile/policy.wasm}
`,
  })
  const { verdicts, stderr } = await run([join(folder, 'policies.yml'), '-r', '-'], POD)
  t.match(verdicts, [
    { allowed: false, status: { message: 'ask us' } },
    { allowed: true },
    { allowed: false, status: { message: /not allow mutations/ } },
  ])
  t.match(stderr, 'Pod default/web: denied by labels: ask us\n')
  t.equal((await run([join(folder, 'policies.yml'), '-r', '-', '--settings-json', '{}'], POD)).code, 2)
})

t.test('a policy that answers nonsense denies', async (t) => {
  const path = join(t.testdir(), 'nonsense.wasm')
  writeFileSync(path, buildAnsweringGuest('{"valid": true}'))
  t.match((await run([path, '-r', '-'], POD)).verdicts, [{ allowed: false, status: { code: 500 } }])
})

t.test('what cannot be read is named', async (t) => {
  t.match(await run(['/no/policy.wasm', '-r', '-'], POD), {
    code: 3,
    stderr: /ERR_MODULE_SOURCE: .*\/no\/policy\.wasm/,
  })
  t.match(await run([PRIVILEGED, '-r', '/no/request.json']), {
    code: 3,
    stderr: /ERR_FILE_READ: .*\/no\/request\.json/,
  })
  t.match(await run([PRIVILEGED, '-r', '-'], 'hello'), { code: 3, stderr: /ERR_REQUEST_INVALID: standard input:1: / })
  const unreachable = 'registry://localhost:1/some/policy:v1'
  t.match(await run([unreachable, '-r', '-'], POD), {
    code: 3,
    stderr: /Error while downloading policy .*ECONNREFUSED/,
  })
  t.match(await run(['abcdef', '-r', '-'], POD), { code: 3, stderr: /ERR_STORE_UNKNOWN: the store has no module/ })
  t.match(await run([PRIVILEGED]), { code: 2, stderr: /--request-path/ })
  t.match(await run([PRIVILEGED, '-r', '-', '--timeout', 'soon'], POD), { code: 2, stderr: /number of seconds/ })
})

t.test('an exempted request is allowed unasked, as the shim would', async (t) => {
  const folder = t.testdir({ 'pod.yaml': POD })
  writeFileSync(join(folder, 'deny.wasm'), buildGuest('deny'))
  const exemptions = [{ groups: ['system:masters'], names: ['w*'], reason: 'ticket 1' }]
  writeFileSync(join(folder, 'p.json'), JSON.stringify({ p: { module: 'deny.wasm', exemptions } }))
  const ask = (...args: string[]) => run([join(folder, 'p.json'), '-r', join(folder, 'pod.yaml'), ...args])
  t.match((await ask()).verdicts, [
    { allowed: true, auditAnnotations: { exempted: 'exempted from policy p: ticket 1' } },
  ])
  t.match((await ask('--user', 'alice')).verdicts, [{ allowed: false }])
})

t.test('with --raw a request is any JSON, and its uid what it says itself', async (t) => {
  const policy = join(POLICIES, 'raw-document/policy.wasm')
  const settings = ['--settings-json', '{"required": ["/a"], "defaults": {"/b": 1}}']
  const { code, verdicts } = await run(
    [policy, '--raw', ...settings, '-r', '-'],
    '{"uid": "7", "a": 12345678901234567890}',
  )
  t.equal(code, 0)
  t.match(verdicts, [{ uid: '7', allowed: true, patchType: 'JSONPatch' }])
  t.equal(Buffer.from(verdicts[0].patch, 'base64').toString(), '[{"op":"add","path":"/b","value":1}]')
  t.match(await run([policy, '--raw', ...settings, '-r', '-', '--exit-code'], '[]'), {
    code: 1,
    verdicts: [{ uid: '', allowed: false, status: { message: /^the document is no object/ } }],
  })
})

t.test('--raw asks one module, and no policies of a file', async (t) => {
  const file = join(POLICIES, 'privileged-with-owner/policies.yml')
  t.match(await run([file, '--raw', '-r', '-'], '{}'), {
    code: 2,
    stderr: /--raw option cannot be used with a YAML file/,
  })
})

t.test('a group answers as one policy; what its members have against their settings is said by name', async (t) => {
  const folder = t.testdir()
  for (const name of ['accept', 'deny', 'loop', 'deny-settings'] as const)
    writeFileSync(join(folder, `${name}.wasm`), buildGuest(name))
  const file = join(folder, 'policies.yml')
  const write = (expression: string, members: string) =>
    writeFileSync(file, `g: {expression: "${expression}", message: no, policies: ${members}}`)
  write(
    'a() || b() || c()',
    '{a: {module: deny.wasm}, b: {module: loop.wasm, timeoutEvalSeconds: 1}, c: {module: deny.wasm}}',
  )
  const { verdicts } = await run([file, '-r', '-'], POD)
  t.match(verdicts, [
    {
      allowed: false,
      status: {
        message: 'no',
        details: { causes: [{ message: 'denied by the fixture' }, { message: /^Policy execution interrupted/ }, {}] },
      },
    },
  ])
  write('a()', '{a: {module: deny-settings.wasm}}')
  t.match(await run([file, '-r', '-'], POD), {
    code: 3,
    stderr: /Provided settings are not valid: g\/a: settings refused by the fixture/,
  })
})
