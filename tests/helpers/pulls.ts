import { createServer } from 'node:net'
import type { Test } from 'tap'
import { ANONYMOUS } from '../../artifacts/credentials/credentials.ts'
import { type PushedModule, pushModule } from '../../artifacts/push-module.ts'
import { parseReference } from '../../artifacts/reference.ts'
import { insecureSources } from './registry.ts'

/** Pushes to a plain registry, by a reference such as `localhost:5000/some/policy:v1`. */
export function pushPlain(reference: string, bytes: Uint8Array): Promise<PushedModule> {
  return pushModule(parseReference(reference), bytes, accessTo(reference))
}

/** How the plain registry of a reference, or of a host alone, is reached. */
export function accessTo(reference: string) {
  return { sources: insecureSources(reference.split('/')[0] ?? ''), credentials: ANONYMOUS }
}

/** A host that takes connections and never says a word. */
export async function startSilentHost(t: Test): Promise<string> {
  const server = createServer(() => {})
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => sockets.add(socket))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `localhost:${typeof address === 'object' ? address?.port : ''}`
}
