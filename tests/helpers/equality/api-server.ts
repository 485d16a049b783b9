import { Agent, request } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { parseWarnings } from '../api.ts'

export interface RigRequest {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  /** Impersonated, as one of system:masters. */
  readonly as?: string
  readonly auditId?: string
}

export interface RigAnswer {
  readonly status: number
  readonly text: string
  readonly warnings: readonly string[]
}

export type SendRequest = (request: RigRequest) => Promise<RigAnswer>

/** An administrator's connection to one API server, which may speak for others and choose the names of audit events. */
export async function connectRig(kubeconfig: string): Promise<SendRequest> {
  const kubeConfig = new KubeConfig()
  kubeConfig.loadFromFile(kubeconfig)
  const credentials: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {}
  await kubeConfig.applyToHTTPSOptions(credentials)
  const { ca, cert, key } = credentials
  const agent = new Agent({ ca, cert, key, keepAlive: true })
  const server = kubeConfig.getCurrentCluster()?.server

  return ({ method, path, body, contentType = 'application/json', as, auditId }) =>
    new Promise((resolve, reject) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
      const headers = {
        // by itself Node sends none with a DELETE
        'content-length': Buffer.byteLength(text ?? ''),
        accept: 'application/json',
        'content-type': contentType,
        ...(as !== undefined && { 'impersonate-user': as, 'impersonate-group': 'system:masters' }),
        ...(auditId !== undefined && { 'audit-id': auditId }),
      }
      const outgoing = request(`${server}${path}`, { method, headers, agent }, async (answer) => {
        try {
          const received = Buffer.concat(await answer.toArray()).toString()
          const warnings = parseWarnings(answer.headers['warning'])
          resolve({ status: answer.statusCode ?? 0, text: received, warnings })
        } catch (error) {
          reject(error)
        }
      })
      outgoing.on('error', reject)
      outgoing.end(text)
    })
}
