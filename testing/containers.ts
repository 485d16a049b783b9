import { once } from 'node:events'
import { connect } from 'node:net'
import type { WaitStrategy } from 'testcontainers'
import { GatehouseError } from '../util/errors.ts'

type Testcontainers = typeof import('testcontainers')

const REAPER_PORT = 8080
const READY_MS = 120_000
/** Asked on the node: kind publishes the port on the loopback address only, which is not always where the engine's host is. */
const IS_READY = 'kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw /readyz'

/** The library, which only those have who start containers. */
export async function loadTestcontainers(): Promise<Testcontainers> {
  try {
    return await import('testcontainers')
  } catch (cause) {
    throw new GatehouseError('ERR_CLUSTER_OPTIONS', 'clusters in containers need the package testcontainers', {
      cause,
      hint: 'Install it: npm install --save-dev testcontainers.',
    })
  }
}

/**
 * Has the reaper of this session remove what carries a label, should this process be killed.
 * https://github.com/testcontainers/moby-ryuk#usage
 */
export async function leaveToReaper({ getContainerRuntimeClient, getReaper }: Testcontainers, label: string) {
  const client = await getContainerRuntimeClient()
  const { containerId } = await getReaper(client)
  // switched off by its user
  if (containerId === '') return
  const { NetworkSettings } = await client.container.getById(containerId).inspect()
  const port = Number(NetworkSettings.Ports[`${REAPER_PORT}/tcp`]?.[0]?.HostPort)
  const socket = connect(port, client.info.containerRuntime.host)
  // it must not keep the process alive; while it is open, the reaper waits
  await once(socket, 'connect')
  socket.on('error', () => {})
  socket.write(`label=${label}\n`)
  await once(socket, 'data')
  socket.unref()
}

/** Waits as testcontainers' own modules do. */
export async function waitForNode(library: Testcontainers, node: string, strategy?: WaitStrategy): Promise<void> {
  const client = await library.getContainerRuntimeClient()
  const container = client.container.getById(node)
  const { NetworkSettings } = await container.inspect()
  const ports = new library.BoundPorts()
  for (const [port, [binding] = []] of Object.entries(NetworkSettings.Ports)) {
    if (binding !== undefined) ports.setBinding(port, Number(binding.HostPort))
  }
  const isReady = library.Wait.forSuccessfulCommand(IS_READY).withStartupTimeout(READY_MS)
  await (strategy ?? isReady).waitUntilReady(container, ports)
}
