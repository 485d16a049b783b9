import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { createAuthority } from '../../../util/certificates.ts'
import { messagesOf, startBeside } from '../../helpers/doctor.ts'

t.test('what gatehouse manifests writes for a shim that runs has no problem', async (t) => {
  await using beside = await startBeside(t)
  const findings = await beside.examine()
  t.strictSame(messagesOf(findings, 'problem'), [])
  t.match(messagesOf(findings, 'ok'), [
    /^api-server: its flags are those of /,
    /^shim: version /,
    'shim: 1 policies, all as configured',
    /^flags: --egress-selector-config-file=/,
    /^flags: --admission-control-config-file=/,
    `egress-selector: controlplane leads to ${beside.test.socket}`,
    `socket: ${beside.test.socket} answers`,
    /^admission-configuration: ValidatingAdmissionWebhook: /,
    /^admission-configuration: MutatingAdmissionWebhook: /,
    /^static-manifests: .*gatehouse.yaml$/,
    'registration: webhooks: 1, and the shim has what each asks for',
    /^certificate: admission.gatehouse.internal: valid until /,
    'other-users: nobody else takes the socket',
  ])
})

t.test('a shim that is not there is a problem three times over: no answer, no socket, no certificate', async (t) => {
  const beside = await startBeside(t)
  await beside.test.shim.stop()
  t.match(messagesOf(await beside.examine(), 'problem'), [
    /^shim: .*admin.sock: no shim listens there/,
    /^socket: .*run\/s does not exist for the API server$/,
    /^certificate: .*ENOENT/,
  ])
})

t.test('an API server without our flags is named with what writes them', async (t) => {
  await using beside = await startBeside(t)
  writeFileSync(beside.flagFile, '--etcd-servers=http://127.0.0.1:2379')
  const findings = await beside.examine()
  t.match(messagesOf(findings, 'problem'), [
    'flags: --egress-selector-config-file is not given: no webhook goes through the socket',
    /^registration: no webhook of ours is registered/,
  ])
  t.match(findings.find(({ check }) => check === 'flags')?.wayOut, /`gatehouse manifests`/)
})

t.test('an egress selector that leads elsewhere', async (t) => {
  await using beside = await startBeside(t)
  const problems = async (change: (text: string) => string) => {
    beside.edit('egress-selector.yaml', change)
    return messagesOf(await beside.examine(), 'problem')
  }
  t.match(await problems((text) => text.replace(/\/s$/m, '/t')), [
    /^egress-selector: controlplane leads to .*\/t, and the shim listens on .*\/s$/,
    /^socket: .*\/t does not exist/,
    /^certificate: /,
  ])
  t.match(await problems((text) => text.replace('HTTPConnect', 'GRPC')), [
    /^egress-selector: controlplane is no HTTPConnect/,
  ])
  t.match(await problems((text) => text.replace('controlplane', 'cluster2')), [
    /^egress-selector: it has no selection `controlplane`/,
  ])
  t.match(await problems(() => 'kind: Pod'), [/is no EgressSelectorConfiguration/, /./, /./])
})

t.test('static manifests that the API server would not start with', async (t) => {
  await using beside = await startBeside(t)
  writeFileSync(join(beside.folder, 'validating/pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n')
  writeFileSync(join(beside.folder, 'validating/half.yml'), 'a: [')
  writeFileSync(join(beside.folder, 'validating/passed-over.txt'), 'a: [')
  const named = 'kind: MutatingWebhookConfiguration\nmetadata: {name: theirs}\n'
  writeFileSync(join(beside.folder, 'mutating/theirs.yaml'), named)
  t.match(messagesOf(await beside.examine(), 'problem'), [
    /^static-manifests: .*half.yml cannot be read/,
    /^static-manifests: .*pod.yaml holds a Pod, and must hold a ValidatingWebhookConfiguration$/,
    /^static-manifests: .*theirs.yaml: the name theirs does not end in .static.k8s.io$/,
  ])
  rmSync(join(beside.folder, 'mutating'), { recursive: true })
  t.match(
    messagesOf(await beside.examine(), 'problem')[0],
    /^admission-configuration: .*is no folder: its next start fails/,
  )
})

t.test('what is registered and the shim does not have: a set, an entry, a policy', async (t) => {
  await using beside = await startBeside(t)
  const problems = async (change: (text: string) => string) => {
    beside.edit('validating/gatehouse.yaml', change)
    return messagesOf(await beside.examine(), 'problem')
  }
  t.match(await problems((text) => text.replace('/validate-1', '/validate-2')), [
    /^registration: .* asks for the entry validate-2, which the set \w+ does not have: it answers 503$/,
  ])
  t.match(await problems((text) => text.replace(/combined\/\w+/, 'combined/0123')), [
    /^registration: .* asks for the policy set 0123, and the shim has \w+: it answers 503$/,
  ])
  t.match(await problems((text) => text.replace(/combined\/.*/, 'validate/gone')), [
    /^registration: .* asks for the policy gone, which the shim does not have: it answers 404$/,
  ])
})

t.test('a set that is registered and was replaced in the shim', async (t) => {
  await using beside = await startBeside(t)
  const old = readFileSync(join(beside.folder, 'validating/gatehouse.yaml'), 'utf8')
  const { digest } = (await askShim(beside.test.adminSocket, 'GET /status')).registration
  const path = join(beside.test.folder, 'policies.yml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"rules"', '"policyMode":"monitor","rules"'))
  await beside.test.shim.reload()
  const isWritten = () => readFileSync(join(beside.folder, 'validating/gatehouse.yaml'), 'utf8') !== old
  while (!isWritten()) await beside.examine()
  t.strictSame(messagesOf(await beside.examine(), 'problem'), [])
  beside.edit('validating/gatehouse.yaml', () => old)
  t.match(messagesOf(await beside.examine(), 'warning'), [
    /^api-server/,
    /^kubeconfig/,
    new RegExp(`^registration: the policy set ${digest} is registered, and \\w+ is in force in the shim$`),
  ])
})

t.test('an authority that did not sign the certificate', async (t) => {
  await using beside = await startBeside(t)
  const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
  const { certificate } = await createAuthority({ commonName: 'other', ...validity })
  const caBundle = Buffer.from(certificate).toString('base64')
  beside.edit('validating/gatehouse.yaml', (text) => text.replace(/caBundle: .*/, `caBundle: ${caBundle}`))
  t.match(messagesOf(await beside.examine(), 'problem'), [
    /^certificate: admission.gatehouse.internal, with the authority in .*: /,
  ])
})

t.test('a host that the shim does not answer for', async (t) => {
  await using beside = await startBeside(t)
  beside.edit('validating/gatehouse.yaml', (text) =>
    text.replace('https://admission.gatehouse.internal', 'https://other.internal'),
  )
  t.match(messagesOf(await beside.examine(), 'problem'), [
    /^certificate: other.internal, .*CONNECT other.internal:443 was answered 403 /,
  ])
})

t.test('who else takes the socket, and what the shim needs for it', async (t) => {
  await using beside = await startBeside(t)
  const audit = join(beside.test.folder, 'audit.yaml')
  writeFileSync(audit, 'clusters: [{name: a, cluster: {server: "https://audit.example.com:9443/sink"}}]')
  const tracing = join(beside.test.folder, 'tracing.yaml')
  writeFileSync(tracing, 'endpoint: collector:4317')
  appendFileSync(
    beside.flagFile,
    `\n--audit-webhook-config-file=${audit}\n--tracing-config-file=${tracing}\n--authorization-config=/gone`,
  )
  const findings = await beside.examine()
  t.strictSame(messagesOf(findings, 'problem'), [
    'other-users: --audit-webhook-config-file takes the socket too, and the shim refuses audit.example.com:9443',
    'other-users: --tracing-config-file takes the socket too, and the shim refuses collector:4317',
  ])
  t.match(messagesOf(findings, 'warning'), [
    'api-server: its version is not known',
    /^kubeconfig: none/,
    /--authorization-config=\/gone takes the socket too; where/,
  ])
  t.equal(
    findings.find(({ message }) => message.includes('audit'))?.wayOut,
    'Start the shim with --allow-connect audit.example.com:9443.',
  )
})

t.test('what is refused, failed or disabled in the shim', async (t) => {
  await using beside = await startBeside(t)
  writeFileSync(join(beside.test.folder, 'no.wasm'), 'no module')
  await beside.test.shim.reload()
  t.match(messagesOf(await beside.examine(), 'warning'), [
    /^api-server: /,
    /^kubeconfig: /,
    /^shim: policy no answers in its last good version/,
  ])
  writeFileSync(join(beside.test.folder, 'policies.yml'), 'a: [')
  await beside.test.shim.reload()
  t.match(messagesOf(await beside.examine(), 'problem'), [/^shim: the policies on the disk are refused/])
})
