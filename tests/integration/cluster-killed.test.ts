import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { findClusterProcesses } from '../../clusters/local/cluster-processes.ts'
import { clusterLayout } from '../../clusters/local/layout.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { type ClusterFolders, createClusterFolders } from '../helpers/cluster-folders.ts'
import { writePolicies } from '../helpers/test-cluster.ts'

const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const MAIN = join(import.meta.dirname, '../../cli/main.ts')

/** Lines of progress, at each of which `up` is killed. */
const MOMENTS = [
  'Finding etcd',
  'Writing certificates',
  'Starting etcd',
  'Starting kube-apiserver',
  'Registering the policies',
  'Writing the kubeconfig',
]

t.test('an up that is killed leaves nothing that down cannot remove', async (t) => {
  const folders = await createClusterFolders(t)
  const folder = t.testdir()
  const policies = writePolicies(folder, { accept: { guest: 'accept', rules: CONFIG_MAPS } })
  const kubeconfig = join(folder, 'config')
  const flags = ['--feature-gates=WasmPolicies=true', `--policies=${policies}`, `--kubeconfig=${kubeconfig}`]
  const layout = clusterLayout('gatehouse', folders.stateFolder, folders.runtimeFolder)
  for (const moment of MOMENTS) {
    await t.test(`killed at "${moment}"`, async (t) => {
      await writeFile(kubeconfig, 'users: []\nextensions: [1]\n')
      await killUpAt(moment, flags, folders)
      await folders.provider.down('gatehouse', SILENT_STEPS)
      t.same(await findClusterProcesses(layout), [])
      t.same(await readFolder(join(folders.stateFolder, 'clusters')), [])
      t.same(await readFolder(folders.runtimeFolder), [])
      t.notMatch(await readFile(kubeconfig, 'utf8'), 'gatehouse')
    })
  }

  await t.test('and the next up goes on where the killed one has stopped', async (t) => {
    await killUpAt('Registering the policies', flags, folders)
    const before = await findClusterProcesses(layout)
    t.equal(before.length, 3)
    const wasmPolicies = { policies, defaultExclusions: true }
    const options = { name: 'gatehouse', kubernetesVersion: '1.37', apiServers: 1, wasmPolicies }
    t.match(await folders.provider.up(options, SILENT_STEPS), { state: 'running' })
    t.same(await findClusterProcesses(layout), before)
  })
})

/** Runs `gatehouse cluster up` in a process of its own, and kills that as soon as it says so far it has come. */
async function killUpAt(moment: string, flags: readonly string[], { environment }: ClusterFolders): Promise<void> {
  const up = spawn(process.execPath, [MAIN, 'cluster', 'up', ...flags], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(up, 'exit')
  for await (const line of createInterface(up.stderr)) if (line.includes(`• ${moment}`)) up.kill('SIGKILL')
  const [, signal] = await exited
  if (signal !== 'SIGKILL') throw new Error(`up ended before it came to "${moment}"`)
}

async function readFolder(path: string): Promise<string[]> {
  return readdir(path).catch(() => [])
}
