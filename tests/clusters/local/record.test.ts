import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { ClusterOptions } from '../../../clusters/cluster-provider.ts'
import { clusterLayout } from '../../../clusters/local/layout.ts'
import { ClusterRecord, type ClusterState, describeDifferences } from '../../../clusters/local/record.ts'

const STATE: ClusterState = {
  binaries: {
    etcd: { path: '/etcd', version: 'v3.7.3', source: 'PATH' },
    kubeApiServer: { path: '/kube-apiserver', version: 'v1.37.2', source: 'PATH' },
  },
  ports: [20001, 20002],
  apiServerArgs: [],
  memberArgs: [],
  wasmPolicies: { policies: '/policies.yml', defaultExclusions: true, shimArgs: [] },
  kubeconfigs: [],
}
const OPTIONS: ClusterOptions = {
  name: 'a',
  kubernetesVersion: '1.37',
  apiServers: 2,
  wasmPolicies: { policies: '/policies.yml', defaultExclusions: true },
}

t.test('the same options mean no difference, however they are spelt', async (t) => {
  t.same(describeDifferences(STATE, OPTIONS), [])
  t.same(describeDifferences(STATE, { ...OPTIONS, kubernetesVersion: 'v1.37.2', apiServerArgs: [] }), [])
  t.same(describeDifferences(STATE, { ...OPTIONS, kubeconfig: '/elsewhere', assets: '/x', retain: true }), [])
})

t.test('every difference is named with both values', async (t) => {
  t.same(describeDifferences(STATE, { ...OPTIONS, kubernetesVersion: '1.36', apiServers: 3, apiServerArgs: ['v=4'] }), [
    'kubernetesVersion is v1.37.2, not 1.36',
    'apiServers is 2, not 3',
    'apiServerArgs is [], not ["v=4"]',
  ])
  t.same(describeDifferences(STATE, { ...OPTIONS, memberArgs: [['v=4']] }), ['memberArgs is [], not [["v=4"]]'])
  const wasmPolicies = { policies: '/other.yml', defaultExclusions: false, shimArgs: ['--queue=1'] }
  t.same(describeDifferences(STATE, { ...OPTIONS, wasmPolicies }), [
    'policies is "/policies.yml", not "/other.yml"',
    'defaultExclusions is true, not false',
    'shimArgs is [], not ["--queue=1"]',
  ])
  const { wasmPolicies: _, ...gateOff } = OPTIONS
  t.same(describeDifferences(STATE, gateOff), ['WasmPolicies is true, not false'])
})

t.test('a record is read as it was written, also by parallel writers', async (t) => {
  const folder = t.testdir()
  const layout = clusterLayout('a', folder, folder)
  t.equal(await ClusterRecord.read(layout), undefined)
  const record = await ClusterRecord.create(layout, STATE)
  await Promise.all([record.update({ ports: [1, 2] }), record.update({ kubeconfigs: ['/x'] })])
  const read = await ClusterRecord.read(layout)
  t.same(read?.state, { ...STATE, ports: [1, 2], kubeconfigs: ['/x'] })
  t.same(read?.members, [1, 2])
  t.same(await readdir(layout.folder), ['cluster.json'])
})

t.test('a record that cannot be read is an error, not an absent cluster', async (t) => {
  const folder = t.testdir()
  const layout = clusterLayout('a', folder, folder)
  await ClusterRecord.create(layout, STATE)
  await writeFile(join(layout.folder, 'cluster.json'), '{')
  await t.rejects(ClusterRecord.read(layout), SyntaxError)
})
