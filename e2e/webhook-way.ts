import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from '../clusters/local/ports.ts'
import { type Manifests, WEBHOOKS_FILE, writeManifests } from '../clusters/manifests.ts'
import { waitUntilInForce } from '../clusters/webhooks/wait-in-force.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import { runUninstall } from '../upkeep/uninstall/run-uninstall.ts'
import { makeFolder } from '../util/make-folder.ts'
import { applyFile } from './apply-file.ts'
import { describeShim, readSigner } from './describe-shim.ts'
import type { Stage } from './stage.ts'
import type { Way } from './way.ts'

/** Why nothing falls back in this mode. */
export const NO_FALLBACK = 'a policy server is what shims fall back to, and has no fallback itself'

/** The Service in front of processes of this machine. */
export interface WebhookPlace {
  /** Where they listen. */
  readonly address: string
  readonly service: { readonly namespace: string; readonly name: string }
  /** Lets the API server reach a port by the Service, which is made if it is not there. */
  open(port: number): Promise<void>
  remove(): Promise<void>
}

/** The same program as an ordinary HTTPS webhook behind a Service: processes of this machine, each with a port of its own. */
export class WebhookWay implements Way {
  readonly certificates: string
  readonly #stage: Stage
  readonly #place: WebhookPlace
  readonly #policies: string
  #registration: Registration = 'combined'
  #port = 0

  constructor(stage: Stage, place: WebhookPlace, policies: string) {
    this.#stage = stage
    this.#place = place
    this.#policies = policies
    this.certificates = join(stage.folder, 'certificates')
  }

  get adminSocket(): string {
    return this.#adminSocketOf(this.#port)
  }

  async install(registration: Registration): Promise<void> {
    this.#registration = registration
    await this.#startOnNewPort()
    await this.publishAuthorities()
  }

  async changeRegistration(registration: Registration): Promise<void> {
    this.#registration = registration
    await this.publishAuthorities()
  }

  async upgrade(): Promise<void> {
    const { shims } = this.#stage
    const old = shims.current
    await this.#startOnNewPort()
    await this.publishAuthorities()
    await shims.stop(old)
  }

  async publishAuthorities(): Promise<void> {
    await this.#write()
    await applyFile(this.#stage.kubeConfig, join(this.#stage.folder, WEBHOOKS_FILE))
  }

  async renewCertificates(): Promise<void> {}

  readSigners(): Promise<readonly string[]> {
    return readSigner(this.certificates)
  }

  crash(): Promise<void> {
    return this.#stage.shims.kill()
  }

  async recover(): Promise<void> {
    await rm(this.adminSocket, { force: true })
    await this.#startShim()
  }

  async uninstall(): Promise<void> {
    const { folder, kubeconfig, kubeConfig, shims } = this.#stage
    await runUninstall({ kubeconfig, manifests: folder, adminSocket: this.adminSocket, dryRun: false })
    await waitUntilInForce([kubeConfig])
    await shims.stop(shims.current)
    await this.#place.remove()
    await rm(folder, { recursive: true })
    await rm(this.#stage.socketFolder, { recursive: true })
  }

  describe(): Promise<Readonly<Record<string, string>>> {
    return describeShim(this.adminSocket, this.certificates)
  }

  async #startOnNewPort(): Promise<void> {
    const [port = 0] = await findFreePorts(1)
    this.#port = port
    await makeFolder(this.#stage.socketFolder, 0o700)
    await this.#startShim()
    await this.#place.open(port)
  }

  async #startShim(): Promise<void> {
    const { serviceShimFlags } = await this.#write()
    const own = [`--addr=${this.#place.address}`, `--admin-socket=${this.adminSocket}`]
    const place = { adminSocket: this.adminSocket, address: `${this.#place.address}:${this.#port}` }
    await this.#stage.shims.start(place, [...serviceShimFlags, ...own])
  }

  #write(): Promise<Manifests> {
    return writeManifests(this.#stage.folder, {
      policies: this.#policies,
      certificateFolder: this.certificates,
      client: { service: { ...this.#place.service, port: this.#port } },
      exclusions: 'default',
      registration: this.#registration,
      kubernetesVersion: this.#stage.kubernetesVersion,
      existing: {},
    })
  }

  #adminSocketOf(port: number): string {
    return join(this.#stage.socketFolder, `admin-${port}.sock`)
  }
}
