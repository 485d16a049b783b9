import type { KubeClient } from '../../kube/requests/kube-client.ts'
import { isKubeError } from '../../kube/requests/kube-error.ts'
import { sleep } from '../../kube/sleep.ts'
import { WEBHOOK_CONFIGURATION_NAME } from '../../plugin/webhook-configurations.ts'
import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import type { Registrable, Registrar } from '../registration/registrar.ts'
import { confirmBundle } from '../tls/confirmations.ts'
import { listCertificates } from './join-authorities.ts'
import { collectionOf, WEBHOOK_KINDS } from './webhook-kinds.ts'

export interface ApiBundleConfirmerOptions {
  readonly registrar: Registrar
  readonly client: KubeClient
  /** Of the authority. */
  readonly folder: string
  /** Of the shim's Lease. */
  readonly name: string
  readonly log: Log
  /** How long the objects have to hold it until every API server acts on them; 30 s by default. */
  readonly settleMs?: number
}

interface WebhookConfiguration {
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[]
}

const SETTLE_MS = 30_000
const LOOK_MS = 2000

/** Tells the authority when the webhook configurations have its bundle, whichever shim wrote them: all API servers watch them. */
export class ApiBundleConfirmer implements Registrar, AsyncDisposable {
  readonly #options: ApiBundleConfirmerOptions
  #registered: string | undefined
  #stop = new AbortController()
  #waiting: Promise<void> = Promise.resolve()

  constructor(options: ApiBundleConfirmerOptions) {
    this.#options = options
  }

  async register(registrable: Registrable, signal: AbortSignal): Promise<void> {
    await this.#options.registrar.register(registrable, signal)
    const { caBundle } = registrable
    if (caBundle === this.#registered || signal.aborted) return
    this.#registered = caBundle
    this.#stop.abort()
    this.#stop = new AbortController()
    this.#waiting = this.#confirmWhenKnown(caBundle, this.#stop.signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#waiting
  }

  async #confirmWhenKnown(caBundle: string, signal: AbortSignal): Promise<void> {
    const { folder, name, log, settleMs = SETTLE_MS } = this.#options
    while (!signal.aborted) {
      try {
        if (await this.#isKnown(caBundle, signal)) {
          await sleep(settleMs, signal)
          if (!signal.aborted) await confirmBundle(folder, name, caBundle)
          return
        }
      } catch (error) {
        if (!signal.aborted) log.debug({ error: messageOf(error) }, 'cannot see whether API servers have the bundle')
      }
      await sleep(LOOK_MS, signal)
    }
  }

  async #isKnown(caBundle: string, signal: AbortSignal): Promise<boolean> {
    const wanted = listCertificates(caBundle)
    const bundles = await Promise.all(WEBHOOK_KINDS.map((kind) => this.#readBundles(kind, signal)))
    return bundles.flat().every((bundle) => wanted.every((certificate) => bundle.includes(certificate)))
  }

  async #readBundles(kind: (typeof WEBHOOK_KINDS)[number], signal: AbortSignal): Promise<string[]> {
    const path = `${collectionOf(kind)}/${WEBHOOK_CONFIGURATION_NAME}`
    try {
      const { webhooks = [] } = await this.#options.client.call<WebhookConfiguration>({ path, signal })
      return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString())
    } catch (error) {
      // no object, nobody who has to know
      if (isKubeError(error, 404)) return []
      throw error
    }
  }
}
