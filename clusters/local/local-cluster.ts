import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { signalProcess } from '../../util/managed-process.ts'
import type { Cluster, ClusterMember } from '../cluster-provider.ts'
import { findClusterProcesses, stopClusterProcesses } from './cluster-processes.ts'
import { ensureApiServer, ensureShim, membersOf, serverOf } from './members.ts'
import { type ClusterRecord, hasShims } from './record.ts'

/** Longer than a shim gives its requests in flight by default. */
const SHIM_GRACE_MS = 30_000

/** A cluster of local processes, whose members can be stopped and started one by one. Members count from 1. */
export class LocalCluster implements Cluster {
  readonly #record: ClusterRecord
  readonly state: Cluster['state']

  private constructor(record: ClusterRecord, state: Cluster['state']) {
    this.#record = record
    this.state = state
  }

  /** Looks at which of the cluster's processes run. */
  static async open(record: ClusterRecord): Promise<LocalCluster> {
    const running = new Set((await findClusterProcesses(record.layout)).map(({ name }) => name))
    const expected = expectedProcesses(record)
    const missing = expected.filter((name) => !running.has(name))
    if (missing.length === 0) return new LocalCluster(record, 'running')
    return new LocalCluster(record, missing.length === expected.length ? 'stopped' : 'degraded')
  }

  get name(): string {
    return this.#record.layout.name
  }

  get folder(): string {
    return this.#record.layout.folder
  }

  get kubernetesVersion(): string {
    return this.#record.state.binaries.kubeApiServer.version
  }

  get apiServers(): number {
    return this.#record.members.length
  }

  get members(): readonly ClusterMember[] {
    const withSocket = hasShims(this.#record.state)
    return membersOf(this.#record).map(({ number, kubeconfig, socket }) => ({
      server: serverOf(this.#record, number),
      kubeconfig,
      ...(withSocket && { socket }),
    }))
  }

  get kubeconfig(): string {
    return this.members[0]?.kubeconfig ?? ''
  }

  async logs(): Promise<Readonly<Record<string, string>>> {
    const { logs } = this.#record.layout
    const files = (await readdir(logs)).filter((file) => file.endsWith('.log')).sort()
    return Object.fromEntries(files.map((file) => [file.slice(0, -'.log'.length), join(logs, file)]))
  }

  /** The pid of a process such as `shim-1`; nothing while it does not run. */
  async pidOf(process: string): Promise<number | undefined> {
    return (await findClusterProcesses(this.#record.layout)).find(({ name }) => name === process)?.pid
  }

  /** Stops a member's shim, with time to answer what it has begun. */
  async stopShim(member = 1): Promise<void> {
    await this.#stop(`shim-${member}`, SHIM_GRACE_MS)
  }

  async startShim(member = 1): Promise<void> {
    await ensureShim(this.#record, member)
  }

  /** Sends a signal to a member's shim and does not wait. */
  async killShim(member = 1, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    for (const process of await findClusterProcesses(this.#record.layout)) {
      if (process.name === `shim-${member}`) signalProcess(process, signal)
    }
  }

  async stopApiServer(member = 1): Promise<void> {
    await this.#stop(`kube-apiserver-${member}`)
  }

  async startApiServer(member = 1): Promise<void> {
    await ensureApiServer(this.#record, member)
  }

  async restartApiServer(member = 1): Promise<void> {
    await this.stopApiServer(member)
    await this.startApiServer(member)
  }

  /** Starts a member's API server anew with these flags, `name=value`, in the place of those that all members were given. */
  async reconfigureApiServer(apiServerArgs: readonly string[], member = 1): Promise<void> {
    await this.stopApiServer(member)
    await this.#record.update({ apiServerArgs })
    await this.startApiServer(member)
  }

  async #stop(name: string, graceMs?: number): Promise<void> {
    await stopClusterProcesses(this.#record.layout, (candidate) => candidate === name, graceMs)
  }
}

function expectedProcesses({ members, state }: ClusterRecord): string[] {
  return [
    'etcd',
    ...members.map((number) => `kube-apiserver-${number}`),
    ...(state.wasmPolicies === undefined ? [] : members.map((number) => `shim-${number}`)),
  ]
}
