import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import { readServiceAddress } from '../config.ts'
import type { KubeConnection } from '../connection.ts'
import { authorizeByFile } from './token-file.ts'

export interface InClusterOptions {
  /** Where Kubernetes mounts the token of the Pod's service account. */
  readonly folder?: string
  readonly address?: { readonly host: string; readonly port: string } | undefined
}

/**
 * The connection of a Pod, as its service account.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 * @throws GatehouseError ERR_KUBE_CONFIG when this is no Pod with a service account
 */
export async function readInClusterConnection(options: InClusterOptions = {}): Promise<KubeConnection> {
  const { folder = '/var/run/secrets/kubernetes.io/serviceaccount', address = readServiceAddress() } = options
  const hint = 'Outside of a Pod, name a kubeconfig.'
  if (address === undefined)
    throw new GatehouseError('ERR_KUBE_CONFIG', 'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set', {
      hint,
    })
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  const server = URL.parse(`https://${host}:${address.port}`)
  if (server === null)
    throw new GatehouseError('ERR_KUBE_CONFIG', `KUBERNETES_SERVICE_HOST is ${address.host}, which is no host`)
  const authorize = authorizeByFile(join(folder, 'token'))
  await authorize()
  return { server, tls: { ca: await readAuthority(join(folder, 'ca.crt'), hint) }, authorize }
}

async function readAuthority(path: string, hint: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new GatehouseError('ERR_KUBE_CONFIG', `cannot read ${path}: ${messageOf(cause)}`, { cause, hint })
  }
}
