import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from '../clusters/local/ports.ts'
import { askShim } from '../shim/admin/admin-client.ts'
import { makeFolder } from '../util/make-folder.ts'
import { replaceFile } from '../util/replace-file.ts'
import { countDecisions } from './count-decisions.ts'
import type { DrilledShim } from './drilled-shim.ts'
import type { Decisions, FallbackDrill } from './fallback-drill.ts'
import { readWithAbsoluteModules } from './policies.ts'
import { until } from './until.ts'

const LOADED_SECONDS = 60

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
    await makeFolder(this.#folder, 0o700)
    await writeFile(this.#policies, 'broken: [')
    const address = await this.#startServer()
    await this.#shim.kill()
    const flags = [`--fallback=https://${address}`, `--fallback-ca=${join(this.#certificates, 'ca.crt')}`]
    await this.#shim.start({ policies: this.#policies, flags, isWithoutPolicies: true })
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
    await rm(this.#folder, { recursive: true, force: true })
  }

  async countDecisions(): Promise<Decisions> {
    return { shim: await countDecisions(this.#shim.adminSocket), fallback: await countDecisions(this.#adminSocket) }
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
    const flags = [`--policies=${policies}`, `--cert-dir=${this.#certificates}`, ...listening]
    this.#server = await stage.shims.start(place, flags)
    return place.address
  }
}
