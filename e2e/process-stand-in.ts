import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from '../clusters/local/ports.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import { askShim } from '../shim/admin/admin-client.ts'
import type { WebhookForm } from '../shim/api-registration/decide-form.ts'
import { makeFolder } from '../util/make-folder.ts'
import { countDecisions } from './count-decisions.ts'
import { formOf } from './form-of.ts'
import { registeringFlags } from './registering-flags.ts'
import type { Stage } from './stage.ts'
import type { StandIn } from './stand-in.ts'
import type { WebhookPlace } from './webhook-way.ts'

/** Another process of this machine, with a certificate authority of its own. */
export class ProcessStandIn implements StandIn {
  readonly #stage: Stage
  readonly #place: WebhookPlace
  readonly #policies: string
  readonly #folder: string
  readonly #adminSocket: string
  #process = ''
  #port = 0
  #isOpen = false

  constructor(stage: Stage, place: WebhookPlace, policies: string) {
    this.#stage = stage
    this.#place = place
    this.#policies = policies
    this.#folder = join(stage.folder, 'stand-in')
    this.#adminSocket = join(stage.socketFolder, 'server.sock')
  }

  async prepare(): Promise<string> {
    const [port = 0] = await findFreePorts(1)
    this.#port = port
    await makeFolder(this.#folder, 0o700)
    return this.#service
  }

  async start(registration: Registration): Promise<void> {
    const { address, service } = this.#place
    const place = { adminSocket: this.#adminSocket, address: `${address}:${this.#port}` }
    this.#process = await this.#stage.shims.start(place, [
      ...[`--policies=${this.#policies}`, `--cert-dir=${join(this.#folder, 'certificates')}`],
      ...[`--addr=${address}`, `--port=${this.#port}`, `--host=${service.name}.${service.namespace}.svc`],
      ...[`--admin-socket=${this.#adminSocket}`, ...registeringFlags(this.#stage, registration, this.#service)],
    ])
    this.#isOpen = true
    await this.#place.open(this.#port)
  }

  async remove(): Promise<void> {
    await this.#stage.shims.stop(this.#process)
    if (this.#isOpen) await this.#place.remove()
    this.#isOpen = false
    await rm(this.#folder, { recursive: true, force: true })
  }

  countDecisions(): Promise<number> {
    return countDecisions(this.#adminSocket)
  }

  async readForm(): Promise<WebhookForm | undefined> {
    return formOf(await askShim(this.#adminSocket, 'GET /status').catch(() => undefined))
  }

  get #service(): string {
    const { namespace, name } = this.#place.service
    return `${namespace}/${name}:${this.#port}`
  }
}
