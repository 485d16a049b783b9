import { get, type RequestOptions } from 'node:https'
import type { ClusterProcessSpec } from './cluster-processes.ts'
import type { ClusterLayout } from './layout.ts'
import type { ClientCredentials } from './pki.ts'

export interface KubeApiServerOptions {
  readonly number: number
  readonly command: string
  readonly port: number
  /** Flags after the stock ones; of a flag given twice the last one counts. */
  readonly flags: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** For asking whether it is ready. */
  readonly credentials: ClientCredentials
}

/** A kube-apiserver on a port of loopback. */
export function kubeApiServerProcess(layout: ClusterLayout, options: KubeApiServerOptions): ClusterProcessSpec {
  const { number, command, port, flags, environment, credentials } = options
  return {
    name: `kube-apiserver-${number}`,
    command,
    args: [...kubeApiServerArguments(layout, port), ...flags],
    environment,
    readiness: { isReady: (signal) => isReady(credentials, port, signal), timeoutMs: 120_000 },
  }
}

/** The flags of every cluster, whatever its options. */
export function kubeApiServerArguments({ pki, etcdSocket }: ClusterLayout, port: number): string[] {
  return [
    `--etcd-servers=unix://${etcdSocket}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    // Without an address of its own the API server looks for a default route, and a machine that is offline has none.
    '--advertise-address=127.0.0.1',
    // Nobody reaches the API server through the Service `kubernetes`, and loopback is refused as its endpoint.
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${pki.server}`,
    `--tls-private-key-file=${pki.serverKey}`,
    `--client-ca-file=${pki.ca}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccountKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    // No controller manager makes the service account `default` that this plugin demands of every Pod.
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true',
  ]
}

/** Ready, and the namespace `default` is there: its controller makes it a moment after `/readyz` says ok. */
async function isReady(credentials: ClientCredentials, port: number, signal: AbortSignal): Promise<boolean> {
  const answers = ['/readyz', '/api/v1/namespaces/default'].map((path) =>
    getStatus({ ...credentials, host: '127.0.0.1', port, path, signal, agent: false }),
  )
  return (await Promise.all(answers)).every((status) => status === 200)
}

function getStatus(options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(options, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
}
