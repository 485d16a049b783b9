import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the range from which Linux takes the ports of outgoing connections: a port stays free while its API server
 * is restarted.
 */
const FIRST_PORT = 20_000
const PORTS = 10_000

/** Different ports of loopback on which nobody listens now. Somebody else may be faster: the caller tries again then. */
export async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
