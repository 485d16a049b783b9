import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePorts } from '../../clusters/local/ports.ts'
import { type Manifests, WEBHOOKS_FILE, writeManifests } from '../../clusters/manifests.ts'
import { waitUntilInForce } from '../../clusters/webhooks/wait-in-force.ts'
import type { KubeClient } from '../../kube/requests/kube-client.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import { runUninstall } from '../../upkeep/uninstall/run-uninstall.ts'
import { applyFile } from '../apply-file.ts'
import type { Way } from '../way.ts'
import type { LocalStage } from './local-stage.ts'

const NAMESPACE = 'gatehouse'
const SERVICE = 'policies'

/**
 * The same program as an ordinary HTTPS webhook behind a Service. There is no network of Pods here: the Service is a name for
 * this machine, and each process has a port of its own.
 */
export class WebhookWay implements Way {
  readonly certificates: string
  readonly #stage: LocalStage
  readonly #policies: string
  #registration: Registration = 'combined'
  #port = 0

  constructor(stage: LocalStage, policies: string) {
    this.#stage = stage
    this.#policies = policies
    this.certificates = join(stage.folder, 'certificates')
  }

  get adminSocket(): string {
    return this.#adminSocketOf(this.#port)
  }

  async install(registration: Registration): Promise<void> {
    this.#registration = registration
    await createService(this.#stage.api)
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

  async recover(): Promise<void> {
    await rm(this.adminSocket, { force: true })
    await this.#startShim()
  }

  async uninstall(): Promise<void> {
    const { folder, kubeconfig, kubeConfig, shims, api } = this.#stage
    await runUninstall({ kubeconfig, manifests: folder, adminSocket: this.adminSocket, dryRun: false })
    await waitUntilInForce([kubeConfig])
    await shims.stop(shims.current)
    await removeService(api)
    await rm(folder, { recursive: true })
  }

  async #startOnNewPort(): Promise<void> {
    const [port = 0] = await findFreePorts(1)
    this.#port = port
    await this.#startShim()
  }

  async #startShim(): Promise<void> {
    const { serviceShimFlags } = await this.#write()
    const own = ['--addr=127.0.0.1', `--admin-socket=${this.adminSocket}`]
    const place = { adminSocket: this.adminSocket, address: `127.0.0.1:${this.#port}` }
    await this.#stage.shims.start(place, [...serviceShimFlags, ...own])
  }

  #write(): Promise<Manifests> {
    return writeManifests(this.#stage.folder, {
      policies: this.#policies,
      certificateFolder: this.certificates,
      client: { service: { namespace: NAMESPACE, name: SERVICE, port: this.#port } },
      exclusions: 'default',
      registration: this.#registration,
      kubernetesVersion: this.#stage.kubernetesVersion,
      existing: {},
    })
  }

  #adminSocketOf(port: number): string {
    return join(this.#stage.layout.sockets, `admin-${port}.sock`)
  }
}

async function createService(api: KubeClient): Promise<void> {
  const metadata = { name: NAMESPACE }
  await api.call({ method: 'POST', path: '/api/v1/namespaces', body: { metadata } })
  const spec = { type: 'ExternalName', externalName: 'localhost' }
  const path = `/api/v1/namespaces/${NAMESPACE}/services`
  await api.call({ method: 'POST', path, body: { metadata: { name: SERVICE }, spec } })
}

// Where no controller runs, nobody but us takes the last step of a namespace's removal.
async function removeService(api: KubeClient): Promise<void> {
  const path = `/api/v1/namespaces/${NAMESPACE}`
  await api.call({ method: 'DELETE', path: `${path}/services/${SERVICE}` })
  const namespace = await api.call<object>({ method: 'DELETE', path })
  await api.call({ method: 'PUT', path: `${path}/finalize`, body: { ...namespace, spec: { finalizers: [] } } })
}
