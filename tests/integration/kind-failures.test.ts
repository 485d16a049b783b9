import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import t, { type Test } from 'tap'
import { explainFailure } from '../../clusters/kind/explain-failure.ts'
import { KindProvider } from '../../clusters/kind/kind-provider.ts'
import { kindFolders, kindLayout } from '../../clusters/kind/layout.ts'
import { ensureNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import { KindRecord } from '../../clusters/kind/record.ts'
import { waitUntilReady } from '../../clusters/kind/wait-ready.ts'
import { provideContainerEngine } from '../../containers/provide-engine.ts'
import { KindNode } from '../../e2e/kind/kind-node.ts'
import { type GatehouseError, isGatehouseError } from '../../util/errors.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { createClusterFolders } from '../helpers/cluster-folders.ts'

const GATEHOUSE = join(import.meta.dirname, '../../cli/gatehouse')
const provided = await provideContainerEngine(SILENT_STEPS)
const skip = 'missing' in provided ? provided.missing : false
/** Minutes, on a machine where the node has to be built first. */
const timeout = 60 * 60_000
t.setTimeout(timeout)

t.test('an image that is no node is told by what it printed, and its logs stay', { skip, timeout }, async (t) => {
  if ('missing' in provided) return
  const { engine } = provided
  const { environment, stateFolder, runtimeFolder } = await createClusterFolders(t)
  const provider = new KindProvider({ stateFolder, runtimeFolder })
  const name = `test-no-node-${process.pid}`
  t.teardown(() => provider.down(name, SILENT_STEPS))
  const image = await makeBrokenImage(t, name)
  const up = ['cluster', 'up', '--provider=kind', `--name=${name}`, `--node-image=${image}`]
  const { exitCode, stderr } = await execa(GATEHOUSE, up, { env: environment, reject: false })
  t.equal(exitCode, 3)
  t.match(stderr, `the container ${name}-control-plane is exited, exit code 7`)
  t.match(stderr, /the end of what it has printed:\n(.*\n)* +this is no node$/m)
  const [, folder = ''] = /All of its logs are kept in (\S+)\. /.exec(stderr) ?? []
  t.teardown(() => rm(folder, { recursive: true }))
  t.ok((await readdir(folder, { recursive: true })).some((file) => file.endsWith('serial.log')))
  t.same(await provider.list(), [])
  t.notOk(await engine.succeeds(['container', 'inspect', `${name}-control-plane`]), 'the node is gone')
})

t.test('a node that does not become Ready is told by its logs', { skip, timeout }, async (t) => {
  if ('missing' in provided) return
  const { engine } = provided
  const { stateFolder, runtimeFolder } = await createClusterFolders(t)
  const provider = new KindProvider({ stateFolder, runtimeFolder })
  const name = `test-not-ready-${process.pid}`
  const node = `${name}-control-plane`
  t.teardown(() => provider.down(name, SILENT_STEPS))
  const options = { name, kubernetesVersion: '1.37', apiServers: 1 }
  const cluster = await provider.up(options, SILENT_STEPS)
  const folders = kindFolders(stateFolder, runtimeFolder)
  const record = await KindRecord.read(kindLayout(name, folders.stateFolder, folders.runtimeFolder))
  if (record === undefined) throw new Error('there is no cluster')

  await t.test("without an API server: the end of the kubelet's log", async (t) => {
    await new KindNode(engine, node, cluster.kubeconfig).stopApiServer()
    const error = await waitUntilReady(record, undefined, 1000).catch((error: unknown) => explainFailure(record, error))
    if (!isGatehouseError(error, 'ERR_CLUSTER_START')) throw error
    t.match(error.message, new RegExp(`^node ${node} is not Ready: after 1 s: fetch failed: \\S+`))
    t.match(error.message, `the container ${node} is running\n`)
    t.match(error.message, /the end of the kubelet's log:\n( {2}\S.*\n?){20}$/)
    t.ok((await readKept(t, error)).some((file) => file.endsWith('kubelet.log')))
  })

  await t.test('a container that ends: what it has printed, without a wait; what it holds stays', async (t) => {
    await cluster.exec([
      'sh',
      '-c',
      'printf "#!/bin/sh\\necho it cannot start\\nexit 7\\n" > /usr/local/bin/entrypoint',
    ])
    await engine.run(['stop', node])
    const error = await provider.up(options, SILENT_STEPS).catch((error: unknown) => error)
    if (!isGatehouseError(error)) throw error
    t.match(error.message, `the container ${node} is exited, exit code 7`)
    t.match(error.message, /the end of what it has printed:\n( {2}.*\n)* {2}it cannot start\b/)
    await readKept(t, error)
    t.match(await provider.list(), [{ name, state: 'stopped' }])
    await t.rejects(waitUntilReady(record), { message: `node ${node} is not Ready: its container is exited` })
  })
})

async function makeBrokenImage(t: Test, name: string): Promise<string> {
  if ('missing' in provided) throw new Error(provided.missing)
  const { engine } = provided
  const image = `gatehouse.internal/${name}:test`
  const container = (await engine.run(['create', await ensureNodeImage('1.37', SILENT_STEPS)])).trim()
  t.teardown(() => engine.run(['rmi', '--force', image]))
  const change = `ENTRYPOINT ["/bin/sh", "-c", "echo this is no node; exit 7"]`
  await engine.run(['commit', `--change=${change}`, container, image])
  await engine.run(['rm', container])
  return image
}

async function readKept(t: Test, { hint = '' }: GatehouseError): Promise<string[]> {
  const [, folder = ''] = /^All of its logs are kept in (\S+)\. /.exec(hint) ?? []
  t.teardown(() => rm(folder, { recursive: true }))
  return readdir(folder, { recursive: true })
}
