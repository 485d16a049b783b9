import t from 'tap'
import { KindProvider } from '../../../clusters/kind/kind-provider.ts'
import { provideContainerEngine } from '../../../containers/provide-engine.ts'
import { KindNode } from '../../../e2e/kind/kind-node.ts'
import { SILENT_STEPS } from '../../../util/steps.ts'
import { createClusterFolders } from '../../helpers/cluster-folders.ts'

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'
const provided = await provideContainerEngine(SILENT_STEPS)
const skip = 'missing' in provided ? provided.missing : false
/** Minutes, on a machine where the node has to be built first. */
const timeout = 60 * 60_000
t.setTimeout(timeout)

t.test('flags are taken out of the manifest of a node that has got another address', { skip, timeout }, async (t) => {
  if ('missing' in provided) return
  const { engine } = provided
  const { stateFolder, runtimeFolder } = await createClusterFolders(t)
  const provider = new KindProvider({ stateFolder, runtimeFolder })
  const name = `test-address-${process.pid}`
  const container = `${name}-control-plane`
  const others: string[] = []
  t.teardown(async () => {
    for (const other of others) await engine.run(['rm', '--force', other])
    await provider.down(name, SILENT_STEPS)
  })
  const { kubeconfig } = await provider.up({ name, kubernetesVersion: '1.37', apiServers: 1 }, SILENT_STEPS)
  const node = new KindNode(engine, container, kubeconfig)
  const [before, address] = [await node.exec('cat', MANIFEST), await node.readAddress()]
  await node.reconfigureApiServer(['--v=3'])
  t.match(await node.exec('cat', MANIFEST), '--v=3')

  await engine.run(['stop', container])
  const image = await engine.run(['inspect', '--format={{.Image}}', container])
  const addresses = '--format={{range .Containers}}{{.IPv4Address}} {{end}}'
  const isTaken = async () => (await engine.run(['network', 'inspect', addresses, 'kind'])).includes(`${address}/`)
  // the lowest that is free is given next
  while (!(await isTaken())) {
    const command = ['--network=kind', '--entrypoint=sleep', image.trim(), 'infinity']
    others.push((await engine.run(['run', '--detach', ...command])).trim())
  }
  await node.reboot()
  const now = await node.readAddress()
  t.not(now, address, 'somebody else has its address')

  await node.reconfigureApiServer([])
  t.equal(await node.exec('cat', MANIFEST), before.replaceAll(address, now), 'it is as kubeadm would write it now')
})
