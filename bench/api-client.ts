import { Agent, type RequestOptions, request } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { GatehouseError } from '../util/errors.ts'

/** An API server's answer. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/**
 * Keep-alive HTTPS to one API server with the credentials of a kubeconfig: the typed client would add its own work to
 * every measured request.
 */
export interface ApiClient {
  readonly kubeConfig: KubeConfig
  send(method: 'GET' | 'POST', path: string, body?: string): Promise<Answer>
  close(): void
}

/** Opens the client for a kubeconfig's current cluster; it keeps up to `connections` alive. */
export async function openApiClient(kubeconfig: string, connections: number): Promise<ApiClient> {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(kubeconfig)
  const server = kubeConfig.getCurrentCluster()?.server
  if (server === undefined) throw new GatehouseError('ERR_CLUSTER_API', `${kubeconfig}: names no server`)
  const credentials: RequestOptions = {}
  await kubeConfig.applyToHTTPSOptions(credentials)
  const { ca, cert, key } = credentials
  const agent = new Agent({ ca, cert, key, keepAlive: true, maxSockets: connections, maxFreeSockets: connections })
  return {
    kubeConfig,
    send: (method, path, body) => send(`${server}${path}`, { method, agent }, body),
    close: () => agent.destroy(),
  }
}

function send(url: string, options: RequestOptions, body = ''): Promise<Answer> {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      incoming.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
