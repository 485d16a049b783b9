import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { type StartedLocalCluster, startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import type { WebhookFields } from '../../util/webhook-fields.ts'
import { type Api, connectApi } from './api.ts'
import { buildGuest, type GuestName } from './guests.ts'

/** An entry of policies.yml, with a guest of `tests/fixtures/guests` or a module's path. */
export interface TestPolicy extends WebhookFields {
  readonly guest?: GuestName
  readonly module?: string
  readonly policyMode?: 'protect' | 'monitor'
  readonly allowedToMutate?: boolean
  readonly settings?: object
  readonly message?: string
  readonly timeoutEvalSeconds?: number
  readonly exemptions?: readonly object[]
  /** Of a group. */
  readonly policies?: Readonly<Record<string, object>>
  readonly expression?: string
}

export interface TestClusterOptions {
  readonly policies: Readonly<Record<string, TestPolicy>>
  readonly kubernetesVersion?: string
  readonly defaultExclusions?: boolean
}

/** A running cluster with one API server, an admin's connection to it, and hands on its shim. */
export interface TestCluster {
  readonly cluster: StartedLocalCluster
  readonly api: Api
  stopShim(): Promise<void>
  startShim(): Promise<void>
  killShim(): Promise<void>
  restartApiServer(): Promise<void>
  /** Returns when a guest is being evaluated. */
  waitForBusyThread(): Promise<void>
}

/** Starts a real control plane with the gate on and these policies, and takes it down when the test ends. */
export async function startTestCluster(t: Test, options: TestClusterOptions): Promise<TestCluster> {
  const { policies, defaultExclusions = true, ...rest } = options
  const file = writePolicies(t.testdir(), policies)
  const cluster = await startLocalCluster({ ...rest, wasmPolicies: { policies: file, defaultExclusions } })
  t.teardown(() => cluster[Symbol.asyncDispose]())
  const { socket = '' } = cluster.members[0] ?? {}
  return {
    cluster,
    api: await connectApi(cluster.kubeconfig),
    stopShim: () => cluster.stopShim(),
    startShim: () => cluster.startShim(),
    killShim: () => cluster.killShim(),
    restartApiServer: () => cluster.restartApiServer(),
    async waitForBusyThread() {
      while (!/^gatehouse_evaluator_threads\{state="busy"\} [1-9]/m.test(await readMetrics(socket)));
    },
  }
}

/** Writes policies.yml and the guests that it names; returns the file. */
export function writePolicies(folder: string, policies: Readonly<Record<string, TestPolicy>>): string {
  mkdirSync(folder, { recursive: true })
  const entries = Object.entries(policies).map(([id, { guest, ...entry }]) => {
    if (guest === undefined) return [id, entry]
    writeFileSync(join(folder, `${guest}.wasm`), buildGuest(guest))
    return [id, { module: `${guest}.wasm`, ...entry }]
  })
  const file = join(folder, 'policies.yml')
  writeFileSync(file, stringify(Object.fromEntries(entries)))
  return file
}

/** What `/metrics` on the shim's socket says. */
export function readMetrics(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: '/metrics' }, async (answer) => resolve((await answer.toArray()).join('')))
      .on('error', reject)
      .end()
  })
}
