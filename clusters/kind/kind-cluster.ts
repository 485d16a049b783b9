import { readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { signalProcess } from '../../util/managed-process.ts'
import type { Cluster, ClusterMember } from '../cluster-provider.ts'
import { findClusterProcesses } from '../local/cluster-processes.ts'
import { ensureHostShim, stopHostShim, waitForShim } from '../node/host-shim.ts'
import { loadKubeConfig, placementOf } from '../node/node-record.ts'
import { exportLogs } from './export-logs.ts'
import { KindCommand } from './kind-command.ts'
import { engineOf, execOnNode, nodeState } from './node.ts'
import type { KindRecord } from './record.ts'
import { waitUntilReady } from './wait-ready.ts'

/** Longer than a shim gives its requests in flight by default. */
const SHIM_GRACE_MS = 30_000

/** A kind cluster of one node. */
export class KindCluster implements Cluster {
  readonly #record: KindRecord
  readonly state: Cluster['state']
  readonly apiServers = 1

  private constructor(record: KindRecord, state: Cluster['state']) {
    this.#record = record
    this.state = state
  }

  /** Looks at the node's container, and at the shim where it is a process of the host. */
  static async open(record: KindRecord): Promise<KindCluster> {
    const hasHostShim = record.state.wasmPolicies !== undefined && placementOf(record.state) === 'host'
    const running = [
      record.state.isCreated && (await nodeState(record)) === 'running',
      ...(hasHostShim ? [(await findClusterProcesses(record.layout)).some(({ name }) => name === 'shim-1')] : []),
    ]
    if (running.every(Boolean)) return new KindCluster(record, 'running')
    return new KindCluster(record, running.some(Boolean) ? 'degraded' : 'stopped')
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

  /** The node's logs as kind exports them now, and the log of a shim on the host. */
  async logs(): Promise<Readonly<Record<string, string>>> {
    const { logs, exportedLogs } = this.#record.layout
    await rm(exportedLogs, { recursive: true, force: true })
    await this.exportLogs(exportedLogs)
    const files = (await readdir(logs, { recursive: true })).filter((file) => file.endsWith('.log')).sort()
    return Object.fromEntries(
      files.map((file) => [
        relative(exportedLogs, join(logs, file))
          .replace(/^\.\.\//, '')
          .slice(0, -'.log'.length),
        join(logs, file),
      ]),
    )
  }

  /** Writes into the folder what `kind export logs` gathers. */
  async exportLogs(folder: string): Promise<void> {
    await exportLogs(this.#record, folder)
  }

  /** Gives the node the images of an archive, as `docker save` writes them. */
  async loadImageArchive(archive: string): Promise<void> {
    await this.#kind().run(['load', 'image-archive', archive, `--name=${this.name}`])
  }

  /** Runs a command on the node and returns what it prints. */
  async exec(command: readonly string[]): Promise<string> {
    return execOnNode(this.#record, command)
  }

  /** Stops a shim on the host, with time to answer what it has begun. */
  async stopShim(): Promise<void> {
    await stopHostShim(this.#record, SHIM_GRACE_MS)
  }

  async startShim(): Promise<void> {
    await ensureHostShim(this.#record)
    await waitForShim(this.#record)
  }

  /** Sends a signal to a shim on the host and does not wait. */
  async killShim(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    for (const process of await findClusterProcesses(this.#record.layout)) {
      if (process.name === 'shim-1') signalProcess(process, signal)
    }
  }

  /** As if its machine was started again; returns when it is Ready and its shim answers. */
  async restartNode(): Promise<void> {
    await engineOf(this.#record).run(['restart', this.#record.layout.member.node])
    await waitUntilReady(this.#record)
    if (this.#record.state.wasmPolicies !== undefined) await waitForShim(this.#record)
  }

  #kind(): KindCommand {
    return new KindCommand(this.#record.state.kind, engineOf(this.#record))
  }
}
