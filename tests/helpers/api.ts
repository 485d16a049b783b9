import { Agent, request } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'

/** An answer of the API server, as it came over the wire. */
export interface ApiAnswer {
  readonly status: number
  /** The body's own text: numbers in it are what the API server wrote. */
  readonly text: string
  /** The texts of `Warning` headers. */
  readonly warnings: readonly string[]
}

/** An admin's connection to one API server. */
export interface Api {
  readonly kubeConfig: KubeConfig
  /** Sends one request; strings are sent as they are, everything else as JSON. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>
  /** The same, for a test that expects success; the answer parsed. */
  must<T = KubernetesObject>(method: string, path: string, body?: unknown, contentType?: string): Promise<T>
}

export interface KubernetesObject {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
  }
  readonly [field: string]: unknown
}

/** Whom an admin may pass for. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export interface Impersonated {
  readonly user: string
  readonly groups: readonly string[]
}

/** Wire-level access with the credentials of a kubeconfig, for tests that look at statuses, warnings and raw numbers. */
export async function connectApi(kubeconfig: string, impersonated?: Impersonated): Promise<Api> {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(kubeconfig)
  const server = kubeConfig.getCurrentCluster()?.server
  if (server === undefined) throw new Error(`${kubeconfig} names no server`)
  const credentials: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {}
  await kubeConfig.applyToHTTPSOptions(credentials)
  const { ca, cert, key } = credentials
  const agent = new Agent({ ca, cert, key, keepAlive: true })

  const impersonation = impersonated && {
    'impersonate-user': impersonated.user,
    'impersonate-group': [...impersonated.groups],
  }

  const call: Api['call'] = (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { accept: 'application/json', 'content-type': contentType, ...impersonation }
      const outgoing = request(`${server}${path}`, { method, headers, agent }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
            warnings: parseWarnings(answer.headers['warning']),
          }),
        )
      })
      outgoing.on('error', reject)
      outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
    })

  return {
    kubeConfig,
    call,
    async must(method, path, body, contentType) {
      const answer = await call(method, path, body, contentType)
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
      return JSON.parse(answer.text)
    },
  }
}

/** Reads `299 - "text", 299 - "text"`, with `\"` inside. */
export function parseWarnings(header: string | string[] | undefined): string[] {
  const all = Array.isArray(header) ? header.join(', ') : (header ?? '')
  return [...all.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replaceAll(/\\(.)/g, '$1'))
}
