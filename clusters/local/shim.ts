import { request } from 'node:http'
import { get } from 'node:https'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { modulePath } from '../../util/package-root.ts'
import type { WasmPoliciesOptions } from '../cluster-provider.ts'
import type { ClusterProcessSpec } from './cluster-processes.ts'
import type { MemberLayout } from './layout.ts'

/** The shim beside one API server: this same program, under this same Node. */
export function shimProcess(
  { number, socket, certificates }: MemberLayout,
  { policies, shimArgs = [] }: WasmPoliciesOptions,
  caBundle: string,
): ClusterProcessSpec {
  const flags = [`--policies=${policies}`, `--socket=${socket}`, `--cert-dir=${certificates}`]
  return {
    name: `shim-${number}`,
    command: process.execPath,
    args: [modulePath('cli/main'), 'shim', ...flags, ...shimArgs],
    environment: {},
    readiness: { isReady: (signal) => isReady(socket, caBundle, signal), timeoutMs: 60_000 },
  }
}

/** Asks the way the API server will: CONNECT over the socket, TLS inside, HTTP inside that. */
async function isReady(socketPath: string, ca: string, signal: AbortSignal): Promise<boolean> {
  const tunnel = await openTunnel(socketPath, signal)
  try {
    return await new Promise((resolve, reject) => {
      const createConnection = () => connect({ socket: tunnel, ca, servername: DEFAULT_WEBHOOK_HOST })
      get({ path: '/readiness', host: DEFAULT_WEBHOOK_HOST, createConnection, signal }, (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      }).on('error', reject)
    })
  } finally {
    tunnel.destroy()
  }
}

function openTunnel(socketPath: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    request({ socketPath, method: 'CONNECT', path: `${DEFAULT_WEBHOOK_HOST}:443`, signal })
      .on('connect', (response, socket) => {
        if (response.statusCode === 200) resolve(socket)
        else reject(new Error(`CONNECT was answered ${response.statusCode}`))
      })
      .on('error', reject)
      .end()
  })
}
