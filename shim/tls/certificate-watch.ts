import { messageOf } from '../../util/errors.ts'
import type { Log } from '../../util/log.ts'
import { PathWatcher } from '../hot-reload/path-watcher.ts'
import {
  type CertificateSource,
  readCertificate,
  type SourcedCertificate,
  watchedPathsOf,
} from './certificate-source.ts'
import { reportCertificate } from './report-certificate.ts'

export interface CertificateWatchOptions {
  /** There is another certificate to show. */
  readonly onChange: (certificate: SourcedCertificate) => void
  /** There is another bundle to give to API servers. */
  readonly onBundle?: () => void
  readonly log: Log
  readonly intervalMs?: number
}

const CHECK_INTERVAL_MS = 3_600_000
/** A certificate and its key are two files, and whoever replaces them writes both. */
const SETTLE_MS = 100

/**
 * Finds out when there is a newer certificate, or issues one when it is time: at once when files change, and every hour.
 * A failure keeps the old one.
 */
export class CertificateWatch implements AsyncDisposable {
  readonly #source: CertificateSource
  readonly #options: CertificateWatchOptions
  readonly #watcher: PathWatcher
  readonly #timer: NodeJS.Timeout
  #current: SourcedCertificate
  #settling: NodeJS.Timeout | undefined
  #isAsked = false
  #isDisposed = false
  #running: Promise<void> | undefined

  constructor(source: CertificateSource, current: SourcedCertificate, options: CertificateWatchOptions) {
    this.#source = source
    this.#current = current
    this.#options = options
    this.#watcher = new PathWatcher({ onChange: () => this.#settle(), log: options.log })
    this.#timer = setInterval(() => void this.check(), options.intervalMs ?? CHECK_INTERVAL_MS)
    reportCertificate(current, options.log)
    // what changed since it was read, and before anybody watched
    void this.check()
  }

  /** The one that is shown. */
  get current(): SourcedCertificate {
    return this.#current
  }

  /** Resolves when what lies on the disk now has been looked at. */
  check(): Promise<void> {
    this.#isAsked = true
    this.#running ??= this.#run()
    return this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    clearInterval(this.#timer)
    clearTimeout(this.#settling)
    this.#watcher[Symbol.dispose]()
    await this.#running
  }

  #settle(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined
      void this.check()
    }, SETTLE_MS)
  }

  async #run(): Promise<void> {
    while (this.#isAsked && !this.#isDisposed) {
      this.#isAsked = false
      await this.#checkOnce()
    }
    this.#running = undefined
  }

  async #checkOnce(): Promise<void> {
    const { log } = this.#options
    try {
      // anew each time: links on the way may lead elsewhere by now
      await this.#watcher.watch(watchedPathsOf(this.#source))
      this.#replace(await readCertificate(this.#source))
    } catch (error) {
      if (!this.#isDisposed) log.error({ error: messageOf(error) }, 'could not renew the certificate')
    }
  }

  #replace(next: SourcedCertificate): void {
    const { onChange, onBundle, log } = this.#options
    const previous = this.#current
    if (this.#isDisposed) return
    if (next.cert !== previous.cert) onChange(next)
    this.#current = next
    if (next.cert !== previous.cert) log.info({}, 'changed to a new certificate')
    if (next.caBundle !== previous.caBundle) onBundle?.()
    reportCertificate(next, log)
  }
}
