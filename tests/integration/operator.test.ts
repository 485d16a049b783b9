import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { type Api, connectApi } from '../helpers/api.ts'
import { runCommand } from '../helpers/command.ts'
import { examine, messagesOf } from '../helpers/doctor.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'
import { writePolicies } from '../helpers/test-cluster.ts'

t.setTimeout(300_000)

const folder = makeShortFolder(t)
const auditLog = join(folder, 'audit.log')
await writeFile(join(folder, 'audit.yaml'), 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n')
const rules = [
  { apiGroups: ['', 'metrics.k8s.io'], apiVersions: ['*'], resources: ['configmaps'], operations: ['CREATE'] },
]
const cluster = await startLocalCluster({
  apiServerArgs: [
    `audit-policy-file=${join(folder, 'audit.yaml')}`,
    `audit-log-path=${auditLog}`,
    'audit-log-mode=blocking',
  ],
  wasmPolicies: { policies: writePolicies(folder, { no: { guest: 'deny', rules } }), defaultExclusions: true },
})
t.teardown(() => cluster[Symbol.asyncDispose]())
const { socket = '', kubeconfig } = cluster.members[0] ?? { kubeconfig: '' }
const adminSocket = join(dirname(socket), 'admin.sock')
const api = await connectApi(kubeconfig)
const pid = (await cluster.pidOf('kube-apiserver-1')) ?? 0

const run = (...argv: string[]) => runCommand(...argv, '--admin-socket', adminSocket)
const diagnose = async () => examine({ adminSocket, kubeconfig, pid: (await cluster.pidOf('kube-apiserver-1')) ?? 0 })

function createConfigMap(api: Api, name: string) {
  return api.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name } })
}

t.test('the doctor finds nothing wrong with a cluster of ours', async (t) => {
  const findings = await diagnose()
  t.strictSame(messagesOf(findings, 'problem'), [])
  t.strictSame(messagesOf(findings, 'warning'), [])
  t.match(messagesOf(findings, 'ok').join('\n'), /api-server: Kubernetes v1\.37\.\d+\n/)
  t.match(messagesOf(findings, 'ok').join('\n'), 'clock: the API server and this host agree')
})

t.test('a disabled policy lets a request through with a warning and an annotation in the audit log', async (t) => {
  t.equal((await createConfigMap(api, 'a')).status, 400)
  t.equal((await run('disable', 'no', '--for', '10m')).code, 0)
  const { status, warnings } = await createConfigMap(api, 'a')
  t.equal(status, 201)
  t.match(warnings, [/^policy no is disabled by hand until 20.*; it was not asked$/])
  const events = (await readFile(auditLog, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const event = events.find(({ objectRef, responseStatus }) => objectRef?.name === 'a' && responseStatus?.code === 201)
  t.match(
    Object.entries(event.annotations).find(([key]) => key.endsWith('/disabled')),
    [/^no\.policy/, /^policy no is disabled/],
  )
  t.match((await run('top', '--once')).stdout, /^no +disabled +0 +1 +0 +1 /m)
  t.equal((await run('enable', 'no')).stdout, 'enabled: no\n')
  t.equal((await createConfigMap(api, 'b')).status, 400)
})

t.test('the doctor names who else takes the socket, and the groups that are answered elsewhere', async (t) => {
  const webhook = {
    name: 'a.example.com',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Ignore',
  }
  await api.must('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    metadata: { name: 'theirs' },
    webhooks: [{ ...webhook, clientConfig: { url: 'https://saas.example.com/x' } }],
  })
  await api.must('POST', '/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: 'v1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { namespace: 'default', name: 'metrics' },
    },
  })
  const findings = await diagnose()
  t.strictSame(messagesOf(findings, 'problem'), [
    'other-users: the webhook a.example.com of theirs takes the socket too, and the shim refuses saas.example.com:443',
  ])
  t.match(messagesOf(findings, 'warning'), [/^aggregated-groups: v1.metrics.k8s.io is answered by a server of its own/])
  t.equal((await run('doctor', '--kubeconfig', kubeconfig, '--pid', String(pid))).code, 1)
})

t.test('uninstall takes ours out of the API, and leaves what only looks like it', async (t) => {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
  const labels = { 'app.kubernetes.io/managed-by': 'gatehouse' }
  await api.must('POST', path, { metadata: { name: 'gatehouse', labels }, webhooks: [] })
  await api.must('POST', path, { metadata: { name: 'gatehouse-of-others' }, webhooks: [] })
  t.match(
    (await runCommand('uninstall', '--kubeconfig', kubeconfig, '--dry-run')).stdout,
    /^would remove +ValidatingWebhookConfiguration gatehouse /,
  )
  const { stdout } = await runCommand('uninstall', '--kubeconfig', kubeconfig)
  t.match(
    stdout,
    /^removed +ValidatingWebhookConfiguration gatehouse +.*\nleft +ValidatingWebhookConfiguration gatehouse-of-others /,
  )
  t.equal((await api.call('GET', `${path}/gatehouse`)).status, 404)
  t.equal((await api.call('GET', `${path}/gatehouse-of-others`)).status, 200)
  t.equal((await api.call('GET', `${path}/theirs`)).status, 200)
})

t.test('uninstall empties the static manifests, and the API server starts again without them', async (t) => {
  const manifests = join(dirname(kubeconfig), 'static-manifests')
  const { stdout, code } = await runCommand('uninstall', '--manifests', manifests)
  t.equal(code, 0)
  t.match(stdout, /^removed +\S+validating\/gatehouse.yaml/)
  while ((await createConfigMap(api, 'c')).status === 400);
  await cluster.restartApiServer()
  t.equal((await createConfigMap(await connectApi(kubeconfig), 'd')).status, 201)
  t.match(messagesOf(await diagnose(), 'problem')[0], /^registration: no webhook of ours is registered/)
})
