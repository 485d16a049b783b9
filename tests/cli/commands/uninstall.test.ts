import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { runCommand } from '../../helpers/command.ts'
import { startBeside } from '../../helpers/doctor.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { writePolicies } from '../../helpers/shim.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }]

/** What `gatehouse manifests` writes, merged with an AdmissionConfiguration of somebody's. */
async function writeManifests(t: Test, ...flags: string[]): Promise<string> {
  const folder = t.testdir()
  const policies = writePolicies(folder, { no: { guest: buildGuest('deny'), rules } })
  const out = join(folder, 'etc')
  const { code, stderr } = await runCommand(
    'manifests',
    '--policies',
    policies,
    '--cert-dir',
    join(folder, 'pki'),
    '--out',
    out,
    ...flags,
  )
  t.equal(code, 0, stderr)
  return out
}

const STATIC = ['--kubernetes-version', '1.37']

t.test('our static manifests go, their folders stay, and the AdmissionConfiguration names them no more', async (t) => {
  const out = await writeManifests(t, ...STATIC)
  const manifest = join(out, 'validating/gatehouse.yaml')
  const { code, stdout } = await runCommand('uninstall', '--manifests', out)
  t.equal(code, 0)
  t.match(stdout, `removed   ${manifest}`)
  t.notOk(existsSync(manifest))
  t.ok(existsSync(join(out, 'validating')) && existsSync(join(out, 'mutating')), 'an API server may still name them')
  t.strictSame(parse(readFileSync(join(out, 'admission-configuration.yaml'), 'utf8')), {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: [],
  })
  t.match(stdout, `--admission-control-config-file=${join(out, 'admission-configuration.yaml')}`)
  t.match(
    (await runCommand('uninstall', '--manifests', out)).stdout,
    /^left +\S+admission-configuration.yaml +names no folder of ours\n\n/,
  )
})

t.test('a dry run shows the same and changes nothing', async (t) => {
  const out = await writeManifests(t, ...STATIC)
  const read = () =>
    ['validating/gatehouse.yaml', 'admission-configuration.yaml'].map((name) => readFileSync(join(out, name), 'utf8'))
  const before = read()
  const { stdout } = await runCommand('uninstall', '--manifests', out, '--dry-run')
  t.match(stdout, /^would remove +\S+gatehouse.yaml .*\nwould clean +\S+admission-configuration.yaml /)
  t.strictSame(read(), before)
})

t.test("what is somebody else's stays: in the folders, in the AdmissionConfiguration, under our name", async (t) => {
  const theirs = join(makeShortFolder(t), 'admission.yaml')
  const plugins = [
    { name: 'PodSecurity', configuration: { kind: 'PodSecurityConfiguration' } },
    {
      name: 'ValidatingAdmissionWebhook',
      configuration: {
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'WebhookAdmissionConfiguration',
        kubeConfigFile: '/k',
      },
    },
  ]
  const kind = 'AdmissionConfiguration'
  writeFileSync(theirs, JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind, plugins }))
  const out = await writeManifests(t, ...STATIC, '--admission-config', theirs)
  const labels = '{app.kubernetes.io/managed-by: somebody}'
  const foreign = `kind: MutatingWebhookConfiguration\nmetadata: {name: gatehouse.static.k8s.io, labels: ${labels}}\n`
  mkdirSync(join(out, 'mutating'), { recursive: true })
  writeFileSync(join(out, 'mutating/gatehouse.yaml'), foreign)
  const mixed = `${readFileSync(join(out, 'validating/gatehouse.yaml'), 'utf8')}---\n${foreign}`
  writeFileSync(join(out, 'validating/mixed.yaml'), mixed)
  writeFileSync(join(out, 'validating/broken.yaml'), 'a: [')
  const { stdout } = await runCommand('uninstall', '--manifests', out)
  t.match(stdout, /^left +\S+broken.yaml +cannot be read, so nobody knows whose it is: /m)
  t.match(stdout, /^left +\S+mixed.yaml +holds objects of ours and of others: take ours out by hand$/m)
  t.match(stdout, /^left +\S+mutating\/gatehouse.yaml +holds nothing of ours$/m)
  t.equal(readFileSync(join(out, 'mutating/gatehouse.yaml'), 'utf8'), foreign)
  t.equal(readFileSync(join(out, 'validating/mixed.yaml'), 'utf8'), mixed)
  t.strictSame(parse(readFileSync(join(out, 'admission-configuration.yaml'), 'utf8')).plugins, plugins)
})

t.test('a shim that would write the manifests again is named', async (t) => {
  await using beside = await startBeside(t)
  const { adminSocket } = beside.test
  const { stdout } = await runCommand('uninstall', '--manifests', beside.folder, '--admin-socket', adminSocket)
  t.match(stdout, new RegExp(`^left +shim, pid ${process.pid} +writes these manifests again`))
})

t.test('objects that were to be applied by kubectl go too', async (t) => {
  const out = await writeManifests(t)
  t.match(
    (await runCommand('uninstall', '--manifests', out)).stdout,
    /^removed +\S+webhooks.yaml +holds our webhooks$/m,
  )
  t.notOk(existsSync(join(out, 'webhooks.yaml')))
})

t.test('a folder that gatehouse manifests did not write is refused', async (t) => {
  const { code, stderr } = await runCommand('uninstall', '--manifests', t.testdir({ a: '' }))
  t.equal(code, 3)
  t.match(stderr, /ERR_FILE_READ: .*: holds nothing that `gatehouse manifests` writes/)
})

t.test('where from has to be said', async (t) => {
  t.match(await runCommand('uninstall'), { code: 2, stderr: /Give --kubeconfig, --manifests, or both./ })
})
