import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connect } from 'node:tls'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { runCommandLine } from '../../../cli/program.ts'
import { FLAG_DEFAULTS } from '../../../shim/flag-defaults.ts'
import { programFiles } from '../../../util/package-root.ts'
import { createRecordedIo } from '../../helpers/recorded-io.ts'

const POLICIES = `
pod-privileged:
  module: file://pod-privileged.wasm
  rules: [{ apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE] }]
add-labels:
  module: file://add-labels.wasm
  allowedToMutate: true
  rules: [{ apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE] }]
served-only:
  module: file://served-only.wasm
`

const UNREACHABLE = `
gone:
  module: file://gone.wasm
  rules: [{ apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE] }]
group:
  expression: here() && away()
  message: no
  policies:
    here: { module: "file://served-only.wasm" }
    away:
      module: registry://127.0.0.1:1/policies/away:v1
`

async function run(t: Test, ...flags: string[]) {
  const folder = t.testdir({
    'policies.yml': POLICIES,
    'served.yml': 'served-only: { module: "file://served-only.wasm" }',
    'unreachable.yml': UNREACHABLE,
    'pod-privileged.wasm': 'one',
    'add-labels.wasm': 'two',
    'served-only.wasm': 'three',
  })
  const io = createRecordedIo()
  const inFolder = flags.map((flag) => flag.replace('DIR', folder))
  const code = await runCommandLine(['manifests', ...inFolder], io)
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8')
  return { code, folder, read, stdout: io.stdout(), stderr: io.stderr() }
}

const FILES = ['--policies', 'DIR/policies.yml', '--cert-dir', 'DIR/certs', '--out', 'DIR/out']
const SOCKET = ['--socket', '/run/other/gatehouse.sock']

t.test('writes the egress selector and the webhooks, and says what to do with them', async (t) => {
  const { code, folder, read, stdout, stderr } = await run(t, ...FILES, ...SOCKET)
  t.equal(code, 0, stderr)
  t.equal(parse(read('egress-selector.yaml')).egressSelections[0].connection.transport.uds.udsName, SOCKET[1])
  const objects = parseAllDocuments(read('webhooks.yaml')).map((document) => document.toJS())
  t.strictSame(
    objects.map(({ kind, webhooks }) => [kind, webhooks.map(({ name }: { name: string }) => name)]),
    [
      ['ValidatingWebhookConfiguration', ['pod-privileged.policy.gatehouse.internal']],
      ['MutatingWebhookConfiguration', ['add-labels.policy.gatehouse.internal']],
    ],
  )
  const caBundle = Buffer.from(objects[0].webhooks[0].clientConfig.caBundle, 'base64').toString()
  t.equal(caBundle, readFileSync(join(folder, 'certs', 'ca.crt'), 'utf8'), "the shim's own authority")
  t.match(stdout, `--egress-selector-config-file=${join(folder, 'out', 'egress-selector.yaml')}`)
  t.match(stdout, 'NO_PROXY=admission.gatehouse.internal')
  t.match(stdout, `kubectl apply -f ${join(folder, 'out', 'webhooks.yaml')}`)
  t.match(stderr, 'policy served-only has no rules')
})

t.test('another host is what URL, proxy exemption and certificate name', async (t) => {
  const { read, stdout } = await run(t, ...FILES, ...SOCKET, '--host', 'Policies.Example:8443')
  t.match(read('webhooks.yaml'), 'url: https://policies.example:8443/combined/')
  t.match(stdout, 'NO_PROXY=policies.example\n')
})

t.test('behind a Service the egress selector has no say, and none is written', async (t) => {
  const { code, folder, read, stdout } = await run(t, ...FILES, '--service', 'gatehouse/policies:8443')
  t.equal(code, 0)
  const [validating] = parseAllDocuments(read('webhooks.yaml')).map((document) => document.toJS())
  t.strictSame(validating.webhooks[0].clientConfig.service, {
    namespace: 'gatehouse',
    name: 'policies',
    port: 8443,
    path: '/validate/pod-privileged',
  })
  t.notOk(existsSync(join(folder, 'out', 'egress-selector.yaml')))
  t.notMatch(stdout, '--egress-selector-config-file')
})

t.test('unless a socket is named, it is the one on which the shim listens by default', async (t) => {
  const { code, read, stderr } = await run(t, ...FILES)
  t.equal(code, 0, stderr)
  const [selection] = parse(read('egress-selector.yaml')).egressSelections
  t.equal(selection.connection.transport.uds.udsName, FLAG_DEFAULTS.socket)
})

t.test('the shim command that it prints for a Service serves with the certificate that was issued', async (t) => {
  const { folder, stdout } = await run(t, ...FILES, '--service', 'gatehouse/policies:8443')
  const [, command = ''] = /^ {2}gatehouse (shim .*)$/m.exec(stdout) ?? []
  t.equal(
    command,
    `shim --policies ${folder}/policies.yml --port 8443 --host policies.gatehouse.svc --cert-dir ${folder}/certs`,
  )
  const certificate = readFileSync(join(folder, 'certs/tls.crt'), 'utf8')
  await using shim = await startShim(command.split(' '))

  const ca = readFileSync(join(folder, 'certs/ca.crt'))
  const client = connect({ host: '127.0.0.1', port: shim.port, ca, servername: 'policies.gatehouse.svc' })
  await once(client, 'secureConnect')
  t.ok(client.authorized)
  client.destroy()
  t.equal(readFileSync(join(folder, 'certs/tls.crt'), 'utf8'), certificate, 'nothing is issued again')
})

/** Starts it as printed, but on a free port. It writes into the test's folder, which tap removes before any teardown runs. */
async function startShim(args: readonly string[]) {
  const local = ['--port', '0', '--addr', '127.0.0.1', '--log-fmt', 'json']
  const child = spawn(process.execPath, [...programFiles(), ...args, ...local], {
    env: {},
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const gone = once(child, 'exit')
  let log = ''
  for await (const line of createInterface(child.stderr)) {
    log += `${line}\n`
    const port = /"127\.0\.0\.1:(\d+)"/.exec(line)?.[1]
    if (port === undefined) continue
    return {
      port: Number(port),
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL')
        await gone
      },
    }
  }
  throw new Error(`it ended:\n${log}`)
}

t.test('a folder that cannot be written is named with its flag and the way out', async (t) => {
  const { code, folder, stderr } = await run(t, ...FILES, '--out', 'DIR/policies.yml')
  t.equal(code, 2)
  t.match(stderr, `ERR_OPTIONS_INVALID: --out: cannot write to ${folder}/policies.yml: EEXIST`)
  t.match(stderr, 'Name a folder that you may write to')
  t.notMatch(stderr, /\n\s+at /)
})

t.test('--no-default-exclusions polices everything', async (t) => {
  const { read } = await run(t, ...FILES, ...SOCKET, '--no-default-exclusions')
  t.notMatch(read('webhooks.yaml'), 'matchConditions')
})

t.test('there is one way to the shim: a Service excludes what is about the socket', async (t) => {
  for (const flags of [
    ['--service', 'a/b', ...SOCKET],
    ['--service', 'a/b', '--host', 'c'],
    ['--service', 'b', ...SOCKET],
  ]) {
    const { code, folder } = await run(t, ...FILES, ...flags)
    t.equal(code, 2, flags.join(' '))
    t.notOk(existsSync(join(folder, 'out')), 'nothing is written')
  }
})

t.test('policies without rules leave nothing to write', async (t) => {
  const { code, folder, stderr } = await run(t, ...FILES, ...SOCKET, '--policies', 'DIR/served.yml')
  t.equal(code, 2)
  t.match(stderr, /ERR_PLUGIN_OPTIONS: .*served.yml: no policy has rules/)
  t.notOk(existsSync(join(folder, 'out')))
})

t.test('modules that cannot be had are all named where policies share entries, and matter nowhere else', async (t) => {
  const unreachable = [...FILES, ...SOCKET, '--policies', 'DIR/unreachable.yml', '--store', 'DIR/store']
  const { code, folder, stderr } = await run(t, ...unreachable)
  t.equal(code, 3)
  t.match(stderr, 'ERR_MODULE_SOURCE: 2 problems:')
  t.match(stderr, `${folder}/unreachable.yml:3: gone.module: policy gone: cannot read ${folder}/gone.wasm: ENOENT`)
  t.match(
    stderr,
    /unreachable\.yml:11: group\.policies\.away\.module: .*'group\/away' from registry:\/\/127\.0\.0\.1:1\//,
  )
  t.match(stderr, 'use --registration per-policy')
  t.notOk(existsSync(join(folder, 'out')), 'nothing is written')
  t.match(await run(t, ...unreachable, '--registration', 'per-policy'), { code: 0 })
})

const V137 = ['--kubernetes-version', '1.37']

t.test('for 1.37 the webhooks are static manifests, a folder for each plugin', async (t) => {
  const { code, folder, read, stdout, stderr } = await run(t, ...FILES, ...SOCKET, ...V137)
  t.equal(code, 0, stderr)
  const out = join(folder, 'out')
  t.match(parse(read('validating/gatehouse.yaml')), {
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'gatehouse.static.k8s.io' },
  })
  t.match(parse(read('mutating/gatehouse.yaml')), { kind: 'MutatingWebhookConfiguration' })
  t.strictSame(
    parse(read('admission-configuration.yaml')).plugins.map(
      ({ configuration }: { configuration: { staticManifestsDir: string } }) => configuration.staticManifestsDir,
    ),
    [join(out, 'validating'), join(out, 'mutating')],
  )
  t.notOk(existsSync(join(out, 'webhooks.yaml')))
  t.match(stdout, `--admission-control-config-file=${join(out, 'admission-configuration.yaml')}`)
  t.notMatch(stdout, 'kubectl apply')
  t.match(stdout, 'kubectl delete --ignore-not-found')
})

t.test('for 1.36 they are static when asked for, with the gate that it needs', async (t) => {
  const version = ['--kubernetes-version', '1.36']
  t.match((await run(t, ...FILES, ...SOCKET, ...version)).stdout, 'kubectl apply')
  const { stdout } = await run(t, ...FILES, ...SOCKET, ...version, '--webhooks', 'static')
  t.match(stdout, '--feature-gates=ManifestBasedAdmissionControlConfig=true')
})

t.test('static manifests that the API server would not start with are refused', async (t) => {
  const refusals: [string[], RegExp][] = [
    [['--kubernetes-version', '1.35', ...SOCKET], /Kubernetes 1.35 has no static webhook manifests/],
    [SOCKET, /static manifests are written for a version of Kubernetes/],
    [['--service', 'a/b', ...V137], /static manifests cannot name a Service/],
  ]
  for (const [flags, message] of refusals) {
    const { code, folder, stderr } = await run(t, ...FILES, ...flags, '--webhooks', 'static')
    t.equal(code, 2)
    t.match(stderr, message)
    t.notOk(existsSync(join(folder, 'out')), 'nothing is written')
  }
})

t.test('an AdmissionConfiguration that would not be looked at is refused', async (t) => {
  const { code, stderr } = await run(t, ...FILES, ...SOCKET, '--admission-config', 'DIR/admission.yaml')
  t.equal(code, 2)
  t.match(stderr, /admission.yaml is needed for static manifests only/)
})

t.test('an API server that cannot be asked keeps everything from being written', async (t) => {
  const { code, folder, stderr } = await run(t, ...FILES, ...SOCKET, '--kubeconfig', 'DIR/none')
  t.equal(code, 3)
  t.match(stderr, /ERR_FILE_READ: cannot read .*none: ENOENT/)
  t.notOk(existsSync(join(folder, 'out')))
})

t.test('files that the API server has already are merged', async (t) => {
  const existing = t.testdir({
    'egress.yaml': JSON.stringify({
      apiVersion: 'apiserver.k8s.io/v1beta1',
      kind: 'EgressSelectorConfiguration',
      egressSelections: [{ name: 'etcd', connection: { proxyProtocol: 'Direct' } }],
    }),
    'admission.yaml': JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins: [{ name: 'EventRateLimit', path: 'limits.yaml' }],
    }),
  })
  const folder = mkdtempSync(join(tmpdir(), 'gh-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  cpSync(existing, folder, { recursive: true })
  const files = ['--egress-selector', join(folder, 'egress.yaml'), '--admission-config', join(folder, 'admission.yaml')]
  const { read, stderr, code } = await run(t, ...FILES, ...SOCKET, ...V137, ...files)
  t.equal(code, 0, stderr)
  const names = (list: { name: string }[]) => list.map(({ name }) => name)
  t.strictSame(names(parse(read('egress-selector.yaml')).egressSelections), ['etcd', 'controlplane', 'cluster'])
  const { plugins } = parse(read('admission-configuration.yaml'))
  t.strictSame(names(plugins), ['EventRateLimit', 'ValidatingAdmissionWebhook', 'MutatingAdmissionWebhook'])
  t.equal(plugins[0].path, join(folder, 'limits.yaml'))
})

t.test('help shows a whole command to copy', async (t) => {
  const { code, stdout } = await run(t, '--help')
  t.equal(code, 0)
  t.match(stdout, 'gatehouse manifests --policies policies.yml --out /etc/gatehouse')
  for (const value of [FLAG_DEFAULTS.socket, FLAG_DEFAULTS.certDir]) t.match(stdout, value)
})
