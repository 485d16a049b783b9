import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Manifests, WEBHOOKS_FILE, writeManifests } from '../clusters/manifests.ts'
import { waitUntilTextsInForce } from '../clusters/webhooks/wait-static-in-force.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import { STATIC_MANIFEST_FILE } from '../plugin/static-manifests.ts'
import { DEFAULT_WEBHOOK_HOST } from '../plugin/webhook-host.ts'
import type { WebhookSource } from '../plugin/webhook-source.ts'
import { replaceStaticManifests, staticManifestFolders } from '../shim/registration/static-manifests.ts'
import { runUninstall } from '../upkeep/uninstall/run-uninstall.ts'
import { makeFolder } from '../util/make-folder.ts'
import { readIfThere } from '../util/replace-file.ts'
import type { AbsenceDrill } from './absence-drill.ts'
import { applyFile } from './apply-file.ts'
import { describeShim, readSigner } from './describe-shim.ts'
import type { ShimStart } from './drilled-shim.ts'
import type { FallbackDrill } from './fallback-drill.ts'
import { type RegisteredShim, ServiceDrill } from './service-drill.ts'
import { SocketDrill } from './socket-drill.ts'
import type { Stage } from './stage.ts'
import type { StandIn } from './stand-in.ts'
import type { Way } from './way.ts'

/** API servers keep idle connections for longer; nobody should have to wait for that here. */
const HANDOVER_GRACE_SECONDS = 5

/** A shim beside the API server, over a Unix socket: `gatehouse manifests`, `gatehouse shim` and the API server's flags. */
export class SocketWay implements Way {
  readonly certificates: string
  readonly drill: FallbackDrill
  readonly absence: AbsenceDrill
  readonly #stage: Stage
  readonly #policies: string
  readonly #socket: string
  #registration: Registration = 'combined'
  #source: WebhookSource = 'api'
  /** The process. */
  #shim = ''

  constructor(stage: Stage, policies: string, standIn: StandIn) {
    this.#stage = stage
    this.#policies = policies
    this.#socket = join(stage.socketFolder, 'gatehouse.sock')
    this.certificates = join(stage.folder, 'certificates')
    const shim: RegisteredShim = {
      ...{ stage, policies, adminSocket: this.adminSocket },
      registration: () => this.#registration,
      kill: () => this.crash(),
      start: (how) => this.#startShim(how),
      replace: (how) => this.#replaceShim(how),
      withdraw: () => this.#withdrawManifests(),
      register: () => this.#registerAgain(),
    }
    this.drill = new SocketDrill(shim)
    this.absence = new ServiceDrill(shim, standIn)
  }

  get adminSocket(): string {
    return join(dirname(this.#socket), 'admin.sock')
  }

  async install(registration: Registration): Promise<void> {
    this.#registration = registration
    const written = await this.#write()
    await makeFolder(dirname(this.#socket), 0o700)
    await this.#startShim()
    await this.#stage.reconfigure(written.additions.flags)
    await this.#putInForce(written)
  }

  async changeRegistration(registration: Registration): Promise<void> {
    this.#registration = registration
    await this.upgrade()
    await this.publishAuthorities()
  }

  async upgrade(): Promise<void> {
    await this.#replaceShim()
  }

  async publishAuthorities(): Promise<void> {
    await this.#putInForce(await this.#write())
  }

  async renewCertificates(): Promise<void> {}

  readSigners(): Promise<readonly string[]> {
    return readSigner(this.certificates)
  }

  crash(): Promise<void> {
    return this.#stage.shims.kill(this.#shim)
  }

  async recover(): Promise<void> {
    await this.#startShim()
  }

  async uninstall(): Promise<void> {
    const { folder, kubeconfig, shims } = this.#stage
    await runUninstall({ kubeconfig, manifests: folder, adminSocket: this.adminSocket, dryRun: false })
    await this.#stage.reconfigure([])
    await shims.stop(this.#shim)
    await rm(folder, { recursive: true })
    await rm(dirname(this.#socket), { recursive: true })
  }

  describe(): Promise<Readonly<Record<string, string>>> {
    return describeShim(this.adminSocket, this.certificates)
  }

  async #write(): Promise<Manifests> {
    const written = await writeManifests(this.#stage.folder, {
      policies: this.#policies,
      certificateFolder: this.certificates,
      client: { host: DEFAULT_WEBHOOK_HOST },
      socket: this.#socket,
      exclusions: 'default',
      registration: this.#registration,
      kubernetesVersion: this.#stage.kubernetesVersion,
      existing: {},
    })
    this.#source = written.source
    return written
  }

  async #startShim({ policies = this.#policies, flags, isWithoutPolicies = false }: ShimStart = {}): Promise<void> {
    const registering = flags ?? (await this.#writeForShim())
    const place = { address: this.#socket, ...(!isWithoutPolicies && { adminSocket: this.adminSocket }) }
    this.#shim = await this.#stage.shims.start(place, [...this.#listeningFlags(policies), ...registering])
  }

  async #replaceShim(how?: ShimStart): Promise<void> {
    const old = this.#shim
    await this.#startShim(how)
    await this.#stage.shims.untilEnded(old)
  }

  /** The flags by which the shim keeps what is written now in step. */
  async #writeForShim(): Promise<string[]> {
    const { folder, kubernetesVersion } = this.#stage
    const { source } = await this.#write()
    if (source === 'api') return []
    const registering = [`--static-manifests=${folder}`, `--kubernetes-version=${kubernetesVersion}`]
    return [...registering, `--registration=${this.#registration}`]
  }

  async #withdrawManifests(): Promise<void> {
    const { folder, kubeConfig } = this.#stage
    if (this.#source === 'api') return
    await replaceStaticManifests(folder, {})
    await waitUntilTextsInForce(kubeConfig, { validating: undefined, mutating: undefined })
  }

  async #registerAgain(): Promise<void> {
    const { kubeconfig } = this.#stage
    await this.publishAuthorities()
    if (this.#source === 'static') await runUninstall({ kubeconfig, adminSocket: this.adminSocket, dryRun: false })
  }

  #listeningFlags(policies: string): string[] {
    return [
      `--policies=${policies}`,
      `--socket=${this.#socket}`,
      `--cert-dir=${this.certificates}`,
      '--takeover',
      `--handover-grace=${HANDOVER_GRACE_SECONDS}`,
    ]
  }

  async #putInForce({ source }: Manifests): Promise<void> {
    const { folder, kubeConfig } = this.#stage
    if (source === 'api') return applyFile(kubeConfig, join(folder, WEBHOOKS_FILE))
    const { validating, mutating } = staticManifestFolders(folder)
    const read = (kind: string) => readIfThere(join(kind, STATIC_MANIFEST_FILE))
    await waitUntilTextsInForce(kubeConfig, { validating: await read(validating), mutating: await read(mutating) })
  }
}
