import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from '../clusters/local/ports.ts'
import type { PolicyReport } from '../shim/admin/admin-api.ts'
import { askShim } from '../shim/admin/admin-client.ts'
import { makeFolder } from '../util/make-folder.ts'
import { replaceFile } from '../util/replace-file.ts'
import type { Decisions, FallbackDrill } from './fallback-drill.ts'
import { readWithAbsoluteModules } from './policies.ts'
import type { Stage } from './stage.ts'
import { until } from './until.ts'

const LOADED_SECONDS = 60

/** What the drill needs to know of the shim on the socket. */
export interface DrilledShim {
  readonly stage: Stage
  /** The file. */
  readonly policies: string
  readonly socket: string
  readonly adminSocket: string
  /** What it is started with when it serves this file. */
  readonly flagsFor: (policies: string) => readonly string[]
  /** Replaces it by one that is started as ever. */
  readonly replace: () => Promise<void>
}

/** The policy server is another process of this machine, with a certificate authority of its own. */
export class SocketDrill implements FallbackDrill {
  readonly #shim: DrilledShim
  readonly #folder: string
  readonly #adminSocket: string
  #server = ''

  constructor(shim: DrilledShim) {
    this.#shim = shim
    this.#folder = join(shim.stage.folder, 'drill')
    this.#adminSocket = join(shim.stage.socketFolder, 'fallback.sock')
  }

  async begin(): Promise<void> {
    const { stage, socket, flagsFor } = this.#shim
    const { shims } = stage
    await makeFolder(this.#folder, 0o700)
    await writeFile(this.#policies, 'broken: [')
    const old = shims.current
    const address = await this.#startServer()
    await shims.kill(old)
    const fallback = [`--fallback=https://${address}`, `--fallback-ca=${join(this.#certificates, 'ca.crt')}`]
    await shims.start({ address: socket }, [...flagsFor(this.#policies), ...fallback])
  }

  async mend(): Promise<void> {
    await replaceFile(this.#policies, await readWithAbsoluteModules(this.#shim.policies))
    await until('the shim has loaded its policies', LOADED_SECONDS, () =>
      askShim(this.#shim.adminSocket, 'GET /status').catch(() => undefined),
    )
  }

  async end(): Promise<void> {
    await this.#shim.replace()
    await this.#shim.stage.shims.stop(this.#server)
    await rm(this.#folder, { recursive: true })
  }

  async countDecisions(): Promise<Decisions> {
    // before it has policies, nobody listens there
    const shim = await countAt(this.#shim.adminSocket).catch(() => 0)
    return { shim, fallback: await countAt(this.#adminSocket) }
  }

  get #policies(): string {
    return join(this.#folder, 'policies.yml')
  }

  get #certificates(): string {
    return join(this.#folder, 'certificates')
  }

  async #startServer(): Promise<string> {
    const { stage, policies } = this.#shim
    const [port = 0] = await findFreePorts(1)
    const place = { adminSocket: this.#adminSocket, address: `127.0.0.1:${port}` }
    const listening = ['--addr=127.0.0.1', `--port=${port}`, '--host=127.0.0.1', `--admin-socket=${this.#adminSocket}`]
    await stage.shims.start(place, [`--policies=${policies}`, `--cert-dir=${this.#certificates}`, ...listening])
    this.#server = stage.shims.current
    return place.address
  }
}

async function countAt(adminSocket: string): Promise<number> {
  const reports: readonly PolicyReport[] = await askShim(adminSocket, 'GET /policies')
  return reports.reduce((sum, { traffic }) => sum + traffic.allowed + traffic.denied, 0)
}
