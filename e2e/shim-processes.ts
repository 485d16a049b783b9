import { storeFolder } from '../artifacts/store/config.ts'
import { ensureProcess, findClusterProcesses, stopClusterProcesses } from '../clusters/local/cluster-processes.ts'
import type { ClusterLayout } from '../clusters/local/layout.ts'
import { answersOnSocket } from '../clusters/local/unix-probe.ts'
import { askShim } from '../shim/admin/admin-client.ts'
import { signalProcess } from '../util/managed-process.ts'
import { programFiles } from '../util/package-root.ts'
import { until } from './until.ts'

/** Longer than a shim that hands over waits for connections that are open. */
const HANDOVER_SECONDS = 60
const GRACE_MS = 30_000
const READY_MS = 60_000

/** Where a shim is asked. */
export interface ShimPlace {
  /** Absent for a shim without policies, which has none yet. */
  readonly adminSocket?: string
  /** The socket's path, or `host:port`. */
  readonly address: string
}

/** Shims on this machine that are started and ended one after the other. */
export class ShimProcesses {
  readonly #layout: ClusterLayout
  #generation = 0

  constructor(layout: ClusterLayout) {
    this.#layout = layout
  }

  /** The one that was started last; `shim-1` is the first. */
  get current(): string {
    return `shim-${this.#generation}`
  }

  /** Starts one more, and returns its name when it is the one that listens at the address. */
  async start({ adminSocket, address }: ShimPlace, flags: readonly string[]): Promise<string> {
    this.#generation += 1
    const name = this.current
    const isReady = async (signal: AbortSignal) => {
      if (adminSocket === undefined) return answersOnSocket(address, '/livez', signal)
      const { pid, addresses } = await askShim(adminSocket, 'GET /status')
      return addresses.includes(address) && pid === (await this.#pidOf(name))
    }
    await ensureProcess(this.#layout, {
      name,
      command: process.execPath,
      args: [...programFiles(), 'shim', `--policies-download-dir=${storeFolder()}`, ...flags],
      environment: {},
      readiness: { isReady, timeoutMs: READY_MS },
    })
    return name
  }

  /** Waits until one has ended by itself. */
  async untilEnded(name: string): Promise<void> {
    const hasEnded = async () => ((await this.#pidOf(name)) === undefined ? true : undefined)
    await until(`${name} ends by itself`, HANDOVER_SECONDS, hasEnded)
  }

  async stop(name: string): Promise<void> {
    await stopClusterProcesses(this.#layout, (other) => other === name, GRACE_MS)
  }

  async kill(name = this.current): Promise<void> {
    for (const process of await findClusterProcesses(this.#layout)) {
      if (process.name === name) signalProcess(process, 'SIGKILL')
    }
    await this.untilEnded(name)
  }

  async #pidOf(name: string): Promise<number | undefined> {
    return (await findClusterProcesses(this.#layout)).find((process) => process.name === name)?.pid
  }
}
