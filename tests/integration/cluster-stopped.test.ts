import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { findClusterProcesses } from '../../clusters/local/cluster-processes.ts'
import { clusterLayout } from '../../clusters/local/layout.ts'
import { type ClusterFolders, createClusterFolders } from '../helpers/cluster-folders.ts'

const ROOT = join(import.meta.dirname, '../..')
const GATEHOUSE = join(ROOT, 'cli/gatehouse')

t.test('a signal ends an up, and takes away what it had started', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const folders = await createClusterFolders(t)
    const { exitCode, stderr } = await signalAt('Starting kube-apiserver', [signal], folders)
    t.equal(exitCode, 3)
    t.match(stderr, new RegExp(`ERR_CLUSTER_STOPPED: stopped by ${signal}; what a new cluster had started is gone`))
    t.same(await processesOf('gatehouse', folders), [])
    t.same(await readdir(join(folders.stateFolder, 'clusters')), [])
  }
})

t.test('--retain keeps it', async (t) => {
  const folders = await createClusterFolders(t)
  const { exitCode, stderr } = await signalAt('Starting kube-apiserver', ['SIGINT'], folders, ['--retain'])
  t.equal(exitCode, 3)
  t.match(stderr, 'stopped by SIGINT; what had been started is kept')
  t.match(await processesOf('gatehouse', folders), ['etcd'])
})

t.test('a second signal leaves at once', async (t) => {
  const folders = await createClusterFolders(t)
  const { exitCode, stderr } = await signalAt('Starting kube-apiserver', ['SIGINT', 'SIGTERM'], folders)
  t.equal(exitCode, 3)
  t.notMatch(stderr, 'ERR_CLUSTER_STOPPED')
  t.ok((await processesOf('gatehouse', folders)).includes('etcd'), 'left for `cluster down`')
})

t.test('a signal takes the cluster of scripts/demo down', async (t) => {
  const folders = await createClusterFolders(t)
  const demo = execa(join(ROOT, 'scripts/demo'), { env: folders.environment, reject: false })
  for await (const line of demo.iterable()) if (line.includes('== three Pods')) demo.kill('SIGTERM')
  const { exitCode, stdout } = await demo
  t.equal(exitCode, 3)
  t.match(stdout, 'stopped by SIGTERM')
  t.same(await processesOf('gatehouse-demo', folders), [])
})

/** Runs `gatehouse cluster up`, and signals it as soon as it says so far it has come. */
async function signalAt(
  moment: string,
  signals: readonly NodeJS.Signals[],
  { environment }: ClusterFolders,
  flags: readonly string[] = [],
) {
  const up = execa(GATEHOUSE, ['cluster', 'up', ...flags], {
    env: environment,
    reject: false,
    forceKillAfterDelay: false,
  })
  for await (const line of up.iterable({ from: 'stderr' })) {
    if (line.includes(`• ${moment}`)) for (const signal of signals) up.kill(signal)
  }
  return up
}

async function processesOf(name: string, { stateFolder, runtimeFolder }: ClusterFolders): Promise<string[]> {
  const processes = await findClusterProcesses(clusterLayout(name, stateFolder, runtimeFolder))
  return processes.map((process) => process.name).sort()
}
