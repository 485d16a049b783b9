import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
}

/** An HTTP server on loopback that answers as a test wants it to. */
export interface ScriptedServer {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** The requests so far, in order. */
  readonly seen: readonly SeenRequest[]
}

/** Starts a server that answers each request by the first of the answers whose key its path begins with; else with 404. */
export async function startScriptedServer(
  t: { teardown(action: () => unknown): unknown },
  answers: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => unknown>>,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request
    seen.push({ method, path, authorization: headers.authorization })
    const found = Object.entries(answers).find(([prefix]) => path.startsWith(prefix))
    if (found === undefined) response.writeHead(404).end()
    else found[1](response, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
