import { waitUntilInForce } from '../clusters/webhooks/wait-in-force.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import { askShim } from '../shim/admin/admin-client.ts'
import type { WebhookForm } from '../shim/api-registration/decide-form.ts'
import type { AbsenceDrill } from './absence-drill.ts'
import { countDecisions } from './count-decisions.ts'
import type { DrilledShim } from './drilled-shim.ts'
import type { Decisions } from './fallback-drill.ts'
import { formOf } from './form-of.ts'
import { registeringFlags } from './registering-flags.ts'
import type { StandIn } from './stand-in.ts'
import { until } from './until.ts'

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

/** A shim that registers by API objects, beside what stands in for it. */
export class ServiceDrill implements AbsenceDrill {
  readonly #shim: RegisteredShim
  readonly #standIn: StandIn
  #service = ''

  constructor(shim: RegisteredShim, standIn: StandIn) {
    this.#shim = shim
    this.#standIn = standIn
  }

  async begin(): Promise<void> {
    this.#service = await this.#standIn.prepare()
    // before the policy server, which would be the one that is asked as long as it is alone
    await this.#shim.replace({ flags: this.#flags })
    await this.#untilSentTo('url')
    await this.#standIn.start(this.#shim.registration())
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
    await this.#standIn.remove()
    await this.#shim.replace()
    await this.#shim.register()
  }

  async countDecisions(): Promise<Decisions> {
    const { adminSocket } = this.#shim
    return { shim: await countDecisions(adminSocket), fallback: await this.#standIn.countDecisions() }
  }

  get #flags(): string[] {
    return registeringFlags(this.#shim.stage, this.#shim.registration(), this.#service)
  }

  /** Whoever writes the objects says where they lead. */
  async #untilSentTo(form: WebhookForm): Promise<void> {
    await until(`the API server is sent to the ${form === 'url' ? 'shim' : 'Service'}`, FORM_SECONDS, async () => {
      const ofShim = askShim(this.#shim.adminSocket, 'GET /status').catch(() => undefined)
      const forms = [formOf(await ofShim), await this.#standIn.readForm()]
      return forms.includes(form) || undefined
    })
    await waitUntilInForce([this.#shim.stage.kubeConfig])
  }
}
