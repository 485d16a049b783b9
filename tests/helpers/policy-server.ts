import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Shim } from '../../shim/shim.ts'
import type { ShimOptions } from '../../shim/shim-options.ts'
import { createLog } from '../../util/log.ts'
import type { Api } from './api.ts'
import { type TestPolicies, writePolicies } from './shim.ts'
import { makeShortFolder } from './short-folder.ts'

/** The Service behind which policy servers of tests answer. */
export const SERVICE = { namespace: 'gatehouse-system', name: 'gatehouse' }
export const SERVICE_HOST = `${SERVICE.name}.${SERVICE.namespace}.svc`

export interface PolicyServer {
  readonly port: number
  /** PEM file of its authority. */
  readonly authority: string
  readonly logged: readonly Record<string, unknown>[]
  stop(): Promise<void>
}

/** The shim in webhook mode, as the Deployment behind the Service runs it. */
export async function startPolicyServer(
  t: Test,
  policies: TestPolicies,
  options: Partial<ShimOptions> = {},
): Promise<PolicyServer> {
  const folder = makeShortFolder(t)
  mkdirSync(join(folder, 'run'))
  const logged: Record<string, unknown>[] = []
  const log = createLog({ level: 'debug', format: 'json', write: (line) => logged.push(JSON.parse(line)) })
  const shim = await new Shim(
    {
      policies: writePolicies(folder, policies),
      https: { host: '127.0.0.1', port: 0 },
      certificates: { kind: 'issued', folder: join(folder, 'pki'), hosts: [SERVICE_HOST] },
      workers: 2,
      queue: 1000,
      policyTimeoutMs: 10_000,
      memoryLimitBytes: 64 * 1024 * 1024,
      graceMs: 10_000,
      handoverGraceMs: 1000,
      modules: { store: '/nowhere' },
      ...options,
    },
    log,
  ).start()
  t.teardown(() => shim[Symbol.asyncDispose]())
  return {
    port: Number(shim.addresses[0]?.split(':').at(-1)),
    authority: join(folder, 'pki/ca.crt'),
    logged,
    stop: () => shim[Symbol.asyncDispose](),
  }
}

/**
 * A Service that leads to a port of this machine. A cluster of processes has no Service network, but the API server resolves
 * ExternalName itself, and takes the port from whoever asks: so does no aggregator routing, no address but loopback.
 */
export async function createService(api: Api): Promise<void> {
  await api.must('POST', '/api/v1/namespaces', { metadata: { name: SERVICE.namespace } })
  await api.must('POST', `/api/v1/namespaces/${SERVICE.namespace}/services`, {
    metadata: { name: SERVICE.name },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  })
}
