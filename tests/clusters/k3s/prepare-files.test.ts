import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { k3sLayout } from '../../../clusters/k3s/layout.ts'
import { mountsOf, prepareFiles } from '../../../clusters/k3s/prepare-files.ts'
import { K3sRecord, type K3sState } from '../../../clusters/k3s/record.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'
import { writePolicies } from '../../helpers/test-cluster.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]

async function prepare(t: Test, changes: Partial<K3sState>) {
  const folder = makeShortFolder(t)
  const layout = k3sLayout('k', join(folder, 'state'), join(folder, 'run'))
  const policies = writePolicies(t.testdir(), { deny: { guest: 'deny', rules: RULES } })
  const record = await K3sRecord.create(layout, {
    kubernetesVersion: 'v1.37.1+k3s1',
    engine: 'docker',
    image: 'k3s',
    isImageNamed: false,
    apiServerArgs: ['v=4'],
    wasmPolicies: { policies, defaultExclusions: true },
    webhooks: 'static',
    isCreated: false,
    kubeconfigs: [],
    ...changes,
  })
  await prepareFiles(record)
  return { record, layout, config: parse(readFileSync(layout.member.k3sConfig, 'utf8')) }
}

t.test(
  "the API server in k3s finds every file under its own path, and the shim's keys are not among them",
  async (t) => {
    const { record, layout, config } = await prepare(t, {})
    const { member } = layout
    t.strictSame(config, {
      'egress-selector-mode': 'disabled',
      'kube-apiserver-arg': [
        `egress-selector-config-file=${member.egressSelector}`,
        `admission-control-config-file=${member.admissionConfiguration}`,
        'v=4',
      ],
    })
    const mounts = mountsOf(record)
    t.strictSame(
      mounts.map(({ target }) => target),
      ['/etc/rancher/k3s/config.yaml.d', member.config, dirname(member.socket), member.staticManifests],
    )
    t.ok(mounts.every(({ mode }) => mode === 'ro'))
    t.notOk(mounts.some(({ source }) => member.certificates.startsWith(source)))
    const read = (path: string) => parse(readFileSync(path, 'utf8'))
    t.match(read(member.egressSelector).egressSelections[0], {
      name: 'controlplane',
      connection: { transport: { uds: { udsName: member.socket } } },
    })
    t.match(JSON.stringify(read(member.admissionConfiguration)), `"${member.staticManifests}/validating"`)
  },
)

t.test('where policies are API objects there are no static manifests to read', async (t) => {
  const { record, layout, config } = await prepare(t, { kubernetesVersion: 'v1.35.5+k3s1', webhooks: 'api' })
  t.strictSame(config['kube-apiserver-arg'], [`egress-selector-config-file=${layout.member.egressSelector}`, 'v=4'])
  t.notOk(mountsOf(record).some(({ source }) => source === layout.member.staticManifests))
})

t.test('the gate of 1.36 is turned on, for whom static manifests are asked', async (t) => {
  const { config } = await prepare(t, { kubernetesVersion: 'v1.36.2+k3s1' })
  t.match(config['kube-apiserver-arg'], [
    /^egress/,
    'feature-gates=ManifestBasedAdmissionControlConfig=true',
    /^admission/,
  ])
})
