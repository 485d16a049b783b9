import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from '../clusters/local/ports.ts'
import { waitUntilInForce } from '../clusters/webhooks/wait-in-force.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import { askShim } from '../shim/admin/admin-client.ts'
import type { WebhookForm } from '../shim/api-registration/decide-form.ts'
import { makeFolder } from '../util/make-folder.ts'
import type { AbsenceDrill } from './absence-drill.ts'
import { countDecisions } from './count-decisions.ts'
import type { DrilledShim } from './drilled-shim.ts'
import type { Decisions } from './fallback-drill.ts'
import { until } from './until.ts'
import type { WebhookPlace } from './webhook-way.ts'

/** A Lease has to run out, or a shim has to live for a while until it is trusted again. */
const FORM_SECONDS = 120

/** A shim whose registration can be changed. */
export interface RegisteredShim extends DrilledShim {
  registration(): Registration
  /** Takes away what registers its policies beside API objects that shims write. */
  withdraw(): Promise<void>
  /** Registers its policies as ever, and in no other way. */
  register(): Promise<void>
}

/** The policy server is another process of this machine, with a certificate authority of its own. */
export class ServiceDrill implements AbsenceDrill {
  readonly #shim: RegisteredShim
  readonly #place: WebhookPlace
  readonly #folder: string
  readonly #adminSocket: string
  #server = ''
  #port = 0

  constructor(shim: RegisteredShim, place: WebhookPlace) {
    this.#shim = shim
    this.#place = place
    this.#folder = join(shim.stage.folder, 'absence')
    this.#adminSocket = join(shim.stage.socketFolder, 'server.sock')
  }

  async begin(): Promise<void> {
    const [port = 0] = await findFreePorts(1)
    this.#port = port
    await makeFolder(this.#folder, 0o700)
    // before the policy server, which would be the one that is asked as long as it is alone
    await this.#shim.replace({ flags: this.#flags })
    await this.#untilSentTo('url')
    await this.#startServer()
    await this.#place.open(port)
    await this.#shim.withdraw()
  }

  async lose(): Promise<void> {
    await this.#shim.kill()
    await this.#untilSentTo('service')
  }

  async regain(): Promise<void> {
    await this.#shim.start({ flags: this.#flags })
    await this.#untilSentTo('url')
  }

  async end(): Promise<void> {
    await this.#shim.stage.shims.stop(this.#server)
    await this.#shim.replace()
    await this.#shim.register()
    await this.#place.remove()
    await rm(this.#folder, { recursive: true })
  }

  async countDecisions(): Promise<Decisions> {
    return { shim: await countDecisions(this.#shim.adminSocket), fallback: await countDecisions(this.#adminSocket) }
  }

  /** What all that register together are given alike. */
  get #flags(): string[] {
    const { kubeconfig, kubernetesVersion } = this.#shim.stage
    const { namespace, name } = this.#place.service
    return [
      '--register=api',
      `--kubeconfig=${kubeconfig}`,
      `--kubernetes-version=${kubernetesVersion}`,
      `--registration=${this.#shim.registration()}`,
      `--fallback-service=${namespace}/${name}:${this.#port}`,
    ]
  }

  async #startServer(): Promise<void> {
    const { stage, policies } = this.#shim
    const { address, service } = this.#place
    const place = { adminSocket: this.#adminSocket, address: `${address}:${this.#port}` }
    this.#server = await stage.shims.start(place, [
      ...[`--policies=${policies}`, `--cert-dir=${join(this.#folder, 'certificates')}`],
      ...[`--addr=${address}`, `--port=${this.#port}`, `--host=${service.name}.${service.namespace}.svc`],
      ...[`--admin-socket=${this.#adminSocket}`, ...this.#flags],
    ])
  }

  /** Whoever writes the objects says where they lead. */
  async #untilSentTo(form: WebhookForm): Promise<void> {
    await until(`the API server is sent to the ${form === 'url' ? 'shim' : 'Service'}`, FORM_SECONDS, async () => {
      const forms = await Promise.all([this.#shim.adminSocket, this.#adminSocket].map(readForm))
      return forms.includes(form) || undefined
    })
    await waitUntilInForce([this.#shim.stage.kubeConfig])
  }
}

async function readForm(adminSocket: string): Promise<WebhookForm | undefined> {
  const status = await askShim(adminSocket, 'GET /status').catch(() => undefined)
  const objects = status?.registration.apiObjects
  return objects?.writes === true && objects.registered !== undefined ? objects.form : undefined
}
