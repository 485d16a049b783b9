import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { signalProcess } from '../../util/managed-process.ts'
import type { Cluster, ClusterMember } from '../cluster-provider.ts'
import { findClusterProcesses } from '../local/cluster-processes.ts'
import { ensureHostShim, stopHostShim, waitForShim } from '../node/host-shim.ts'
import { loadKubeConfig } from '../node/node-record.ts'
import { containerState, engineOf, execInK3s, readGateway, readK3sLog } from './container.ts'
import { writeK3sConfig } from './prepare-files.ts'
import type { K3sRecord } from './record.ts'
import { waitUntilReady } from './wait-ready.ts'

/** Longer than a shim gives its requests in flight by default. */
const SHIM_GRACE_MS = 30_000

/** A k3s cluster of one server. */
export class K3sCluster implements Cluster {
  readonly #record: K3sRecord
  readonly state: Cluster['state']
  readonly apiServers = 1

  private constructor(record: K3sRecord, state: Cluster['state']) {
    this.#record = record
    this.state = state
  }

  /** Looks at k3s's container and at the shim. */
  static async open(record: K3sRecord): Promise<K3sCluster> {
    const hasShim = record.state.wasmPolicies !== undefined
    const running = [
      record.state.isCreated && (await containerState(record)) === 'running',
      ...(hasShim ? [(await findClusterProcesses(record.layout)).some(({ name }) => name === 'shim-1')] : []),
    ]
    if (running.every(Boolean)) return new K3sCluster(record, 'running')
    return new K3sCluster(record, running.some(Boolean) ? 'degraded' : 'stopped')
  }

  get name(): string {
    return this.#record.layout.name
  }

  get folder(): string {
    return this.#record.layout.folder
  }

  get kubernetesVersion(): string {
    return this.#record.state.kubernetesVersion
  }

  get kubeconfig(): string {
    return this.#record.layout.member.kubeconfig
  }

  get members(): readonly ClusterMember[] {
    const { member } = this.#record.layout
    const server = loadKubeConfig(this.#record).getCurrentCluster()?.server ?? ''
    const hasShim = this.#record.state.wasmPolicies !== undefined
    return [{ server, kubeconfig: member.kubeconfig, ...(hasShim && { socket: member.socket }) }]
  }

  /** What k3s has said until now, and the log of the shim. */
  async logs(): Promise<Readonly<Record<string, string>>> {
    const { logs, k3sLog } = this.#record.layout
    // what it said while it started stays where its container is gone
    if ((await containerState(this.#record)) !== undefined) await writeFile(k3sLog, await readK3sLog(this.#record))
    const files = (await readdir(logs)).filter((file) => file.endsWith('.log')).sort()
    return Object.fromEntries(files.map((file) => [file.slice(0, -'.log'.length), join(logs, file)]))
  }

  /** Runs a program in k3s's container and returns what it prints. */
  async exec(command: readonly string[]): Promise<string> {
    return execInK3s(this.#record, command)
  }

  /** This machine's address, as k3s's container sees it. */
  readGateway(): Promise<string> {
    return readGateway(this.#record)
  }

  /** Stops the shim, with time to answer what it has begun. */
  async stopShim(): Promise<void> {
    await stopHostShim(this.#record, SHIM_GRACE_MS)
  }

  async startShim(): Promise<void> {
    await ensureHostShim(this.#record)
    await waitForShim(this.#record)
  }

  /** Sends a signal to the shim and does not wait. */
  async killShim(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    for (const process of await findClusterProcesses(this.#record.layout)) {
      if (process.name === 'shim-1') signalProcess(process, signal)
    }
  }

  /** Ends k3s with everything in it; returns when it has gone. */
  async stopK3s(): Promise<void> {
    await engineOf(this.#record).run(['stop', this.#record.layout.container])
  }

  /** Returns when it is ready. */
  async startK3s(): Promise<void> {
    await engineOf(this.#record).run(['start', this.#record.layout.container])
    await waitUntilReady(this.#record)
  }

  /** Starts k3s anew, with these flags for its API server in the place of those that it was created with. */
  async reconfigureApiServer(flags: readonly string[]): Promise<void> {
    await writeK3sConfig(this.#record, flags)
    await this.stopK3s()
    await this.startK3s()
  }
}
