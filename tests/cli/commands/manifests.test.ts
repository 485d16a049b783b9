import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { runCommandLine } from '../../../cli/program.ts'
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

async function run(t: Test, ...flags: string[]) {
  const folder = t.testdir({ 'policies.yml': POLICIES, 'served.yml': 'served-only: { module: "file://a.wasm" }' })
  const io = createRecordedIo()
  const inFolder = flags.map((flag) => flag.replace('DIR', folder))
  const code = await runCommandLine(['manifests', ...inFolder], io)
  const read = (name: string) => readFileSync(join(folder, 'out', name), 'utf8')
  return { code, folder, read, stdout: io.stdout(), stderr: io.stderr() }
}

const FILES = ['--policies', 'DIR/policies.yml', '--cert-dir', 'DIR/certs', '--out', 'DIR/out']
const SOCKET = ['--socket', '/run/gatehouse/gatehouse.sock']

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
  t.match(read('webhooks.yaml'), 'url: https://policies.example:8443/validate/pod-privileged')
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

t.test('--no-default-exclusions polices everything', async (t) => {
  const { read } = await run(t, ...FILES, ...SOCKET, '--no-default-exclusions')
  t.notMatch(read('webhooks.yaml'), 'matchConditions')
})

t.test('a way to the shim must be named, and only one', async (t) => {
  for (const flags of [
    [],
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
  t.equal(code, 3)
  t.match(stderr, /ERR_PLUGIN_OPTIONS: .*served.yml: no policy has rules/)
  t.notOk(existsSync(join(folder, 'out')))
})

t.test('help shows a whole command to copy', async (t) => {
  const { code, stdout } = await run(t, '--help')
  t.equal(code, 0)
  t.match(stdout, 'gatehouse manifests --policies policies.yml --socket /run/gatehouse/gatehouse.sock')
})
