import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { confirmBundle, staticRegistrarName } from '../tls/confirmations.ts'
import type { Registrable, Registrar } from './registrar.ts'

export interface BundleConfirmerOptions {
  readonly registrar: Registrar
  /** Of the authority. */
  readonly folder: string
  /** Where the manifests lie. */
  readonly manifests: string
  /** How long they have to lie there until the API server acts on them for certain. */
  readonly delayMs: number
  readonly log: Log
}

/** Tells the authority when the API server beside the shim has the bundle of its static manifests: it reads them by itself. */
export class BundleConfirmer implements Registrar, Disposable {
  readonly #options: BundleConfirmerOptions
  #registered: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: BundleConfirmerOptions) {
    this.#options = options
  }

  async register(registrable: Registrable, signal: AbortSignal): Promise<void> {
    const { registrar, delayMs } = this.#options
    await registrar.register(registrable, signal)
    const { caBundle } = registrable
    if (caBundle === this.#registered || signal.aborted) return
    this.#registered = caBundle
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#confirm(caBundle), delayMs)
    this.#timer.unref()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
  }

  async #confirm(caBundle: string): Promise<void> {
    const { folder, manifests, log } = this.#options
    try {
      await confirmBundle(folder, staticRegistrarName(manifests), caBundle)
    } catch (error) {
      log.error({ error: messageOf(error) }, 'could not confirm that the API server has the bundle')
    }
  }
}
