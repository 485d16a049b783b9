import { noProxyEnvironment } from '../../plugin/api-server.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What kind is given so that API servers on its nodes reach the shim, and not a proxy, under the webhooks' host name: kind hands
 * the proxy's variables on to its nodes, and kubeadm to the API server. Nothing where there is no proxy.
 */
export function nodeProxyEnvironment(env: Environment = process.env): Record<string, string> {
  const hasProxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => env[name])
  return hasProxy ? noProxyEnvironment(env) : {}
}
