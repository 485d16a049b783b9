import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Manifests, WEBHOOKS_FILE, writeManifests } from '../clusters/manifests.ts'
import { waitUntilTextsInForce } from '../clusters/webhooks/wait-static-in-force.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import { STATIC_MANIFEST_FILE } from '../plugin/static-manifests.ts'
import { DEFAULT_WEBHOOK_HOST } from '../plugin/webhook-host.ts'
import { staticManifestFolders } from '../shim/registration/static-manifests.ts'
import { runUninstall } from '../upkeep/uninstall/run-uninstall.ts'
import { makeFolder } from '../util/make-folder.ts'
import { readIfThere } from '../util/replace-file.ts'
import { applyFile } from './apply-file.ts'
import { describeShim, readSigner } from './describe-shim.ts'
import type { FallbackDrill } from './fallback-drill.ts'
import { SocketDrill } from './socket-drill.ts'
import type { Stage } from './stage.ts'
import type { Way } from './way.ts'

/** API servers keep idle connections for longer; nobody should have to wait for that here. */
const HANDOVER_GRACE_SECONDS = 5

/** A shim beside the API server, over a Unix socket: `gatehouse manifests`, `gatehouse shim` and the API server's flags. */
export class SocketWay implements Way {
  readonly certificates: string
  readonly drill: FallbackDrill
  readonly #stage: Stage
  readonly #policies: string
  readonly #socket: string
  #registration: Registration = 'combined'

  constructor(stage: Stage, policies: string) {
    this.#stage = stage
    this.#policies = policies
    this.#socket = join(stage.socketFolder, 'gatehouse.sock')
    this.certificates = join(stage.folder, 'certificates')
    this.drill = new SocketDrill({
      stage,
      policies,
      socket: this.#socket,
      adminSocket: this.adminSocket,
      flagsFor: (file) => this.#listeningFlags(file),
      replace: () => this.upgrade(),
    })
  }

  get adminSocket(): string {
    return join(dirname(this.#socket), 'admin.sock')
  }

  async install(registration: Registration): Promise<void> {
    this.#registration = registration
    const written = await this.#write()
    await makeFolder(dirname(this.#socket), 0o700)
    await this.#startShim(written)
    await this.#stage.reconfigure(written.additions.flags)
    await this.#putInForce(written)
  }

  async changeRegistration(registration: Registration): Promise<void> {
    this.#registration = registration
    await this.upgrade()
    await this.publishAuthorities()
  }

  async upgrade(): Promise<void> {
    const { shims } = this.#stage
    const old = shims.current
    await this.#startShim(await this.#write())
    await shims.untilEnded(old)
  }

  async publishAuthorities(): Promise<void> {
    await this.#putInForce(await this.#write())
  }

  async renewCertificates(): Promise<void> {}

  readSigners(): Promise<readonly string[]> {
    return readSigner(this.certificates)
  }

  crash(): Promise<void> {
    return this.#stage.shims.kill()
  }

  async recover(): Promise<void> {
    await this.#startShim(await this.#write())
  }

  async uninstall(): Promise<void> {
    const { folder, kubeconfig, shims } = this.#stage
    await runUninstall({ kubeconfig, manifests: folder, adminSocket: this.adminSocket, dryRun: false })
    await this.#stage.reconfigure([])
    await shims.stop(shims.current)
    await rm(folder, { recursive: true })
    await rm(dirname(this.#socket), { recursive: true })
  }

  describe(): Promise<Readonly<Record<string, string>>> {
    return describeShim(this.adminSocket, this.certificates)
  }

  #write(): Promise<Manifests> {
    return writeManifests(this.#stage.folder, {
      policies: this.#policies,
      certificateFolder: this.certificates,
      client: { host: DEFAULT_WEBHOOK_HOST },
      socket: this.#socket,
      exclusions: 'default',
      registration: this.#registration,
      kubernetesVersion: this.#stage.kubernetesVersion,
      existing: {},
    })
  }

  #startShim({ source }: Manifests): Promise<void> {
    const { folder, kubernetesVersion } = this.#stage
    const registering = [`--static-manifests=${folder}`, `--kubernetes-version=${kubernetesVersion}`]
    const place = { adminSocket: this.adminSocket, address: this.#socket }
    return this.#stage.shims.start(place, [
      ...this.#listeningFlags(this.#policies),
      ...(source === 'static' ? [...registering, `--registration=${this.#registration}`] : []),
    ])
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
