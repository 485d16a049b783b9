import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import { staticWebhookConfigurations } from '../../plugin/static-manifests.ts'
import type { WebhookConfigurations } from '../../plugin/webhook-configurations.ts'
import { isGatehouseError, messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { RegistrationOptions } from '../registration-options.ts'
import { configurationsOptions } from './configurations-options.ts'
import { dryRunWebhooks } from './dry-run.ts'
import type { Registrable, Registrar } from './registrar.ts'
import { areStaticManifests, replaceStaticManifests } from './static-manifests.ts'

export interface StaticRegistrarOptions extends RegistrationOptions {
  /** Above the folders that the API server's AdmissionConfiguration names. */
  readonly folder: string
  readonly selectors: SelectorsBy
  /** Leads to the API server, which is then asked first whether it would take them. */
  readonly client?: KubeClient | undefined
  readonly log: Log
}

/** Keeps the static manifests of the API server beside the shim in step with the set that the shim has loaded. */
export class StaticRegistrar implements Registrar {
  readonly #options: StaticRegistrarOptions

  constructor(options: StaticRegistrarOptions) {
    this.#options = options
  }

  /** @throws ERR_PLUGIN_OPTIONS when the API server would not take them; then the files stay as they are */
  async register(registrable: Registrable, signal: AbortSignal): Promise<void> {
    const { folder, log } = this.#options
    const desired = staticWebhookConfigurations(configurationsOptions(registrable, this.#options))
    if (await areStaticManifests(folder, desired)) return
    await this.#ask(desired, signal)
    const files = await replaceStaticManifests(folder, desired)
    log.info({ digest: registrable.set.digest, files }, 'static manifests written')
  }

  // An API server that is down may be waiting for these very files: what was read from policies was checked then.
  async #ask(desired: WebhookConfigurations, signal: AbortSignal): Promise<void> {
    const { client, log } = this.#options
    if (client === undefined) return
    try {
      await dryRunWebhooks(client, desired, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (isGatehouseError(error, 'ERR_PLUGIN_OPTIONS')) throw error
      log.warn({ error: messageOf(error) }, 'static manifests are written without asking the API server first')
    }
  }
}
