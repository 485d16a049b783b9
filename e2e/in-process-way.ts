import { rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { wasmPolicyConfiguration, wasmPolicyFlags } from '../plugin/wasm-policy-configuration.ts'
import { toYaml } from '../plugin/yaml.ts'
import { makeFolder } from '../util/make-folder.ts'
import { describeShim } from './describe-shim.ts'
import { unexpected } from './expect.ts'
import type { InProcessMode } from './site.ts'
import type { Stage } from './stage.ts'
import type { Way } from './way.ts'

/** The plugin of the API server itself: it runs the policies, or hands reviews to a shim in frames. Nothing is registered. */
export class InProcessWay implements Way {
  readonly certificates: string
  readonly #stage: Stage
  readonly #policies: string
  readonly #toShim: boolean

  constructor(stage: Stage, policies: string, mode: InProcessMode) {
    this.#stage = stage
    this.#policies = policies
    this.#toShim = mode === 'in-process-to-shim'
    this.certificates = join(stage.folder, 'certificates')
  }

  get adminSocket(): string {
    return this.#inSocketFolder('admin.sock')
  }

  async install(): Promise<void> {
    const { folder } = this.#stage
    const file = join(folder, 'admission-configuration.yaml')
    const configuration = wasmPolicyConfiguration({
      policies: this.#policies,
      modules: {},
      exclusions: 'default',
      ...(this.#toShim && { framedSocket: this.#inSocketFolder('framed.sock') }),
    })
    await makeFolder(folder, 0o700)
    await writeFile(file, toYaml([configuration]))
    if (this.#toShim) await this.#startShim()
    await this.#stage.reconfigure(wasmPolicyFlags(file))
  }

  async changeRegistration(): Promise<void> {
    throw unexpected('policies of the plugin are not registered')
  }

  async publishAuthorities(): Promise<void> {
    throw unexpected('the plugin uses no certificates')
  }

  async renewCertificates(): Promise<void> {
    throw unexpected('the plugin uses no certificates')
  }

  async readSigners(): Promise<readonly string[]> {
    return []
  }

  async upgrade(): Promise<void> {
    const { shims } = this.#stage
    const old = shims.current
    await this.#startShim()
    await shims.untilEnded(old)
  }

  crash(): Promise<void> {
    return this.#stage.shims.kill()
  }

  async recover(): Promise<void> {
    await this.#startShim()
  }

  async uninstall(): Promise<void> {
    const { folder, shims } = this.#stage
    await this.#stage.reconfigure([])
    if (this.#toShim) {
      await shims.stop(shims.current)
      await rm(dirname(this.adminSocket), { recursive: true })
    }
    await rm(folder, { recursive: true })
  }

  describe(): Promise<Readonly<Record<string, string>>> {
    return describeShim(this.adminSocket, this.certificates)
  }

  #inSocketFolder(name: string): string {
    return join(this.#stage.socketFolder, name)
  }

  async #startShim(): Promise<void> {
    const socket = this.#inSocketFolder('gatehouse.sock')
    await makeFolder(dirname(socket), 0o700)
    await this.#stage.shims.start({ adminSocket: this.adminSocket, address: socket }, [
      `--policies=${this.#policies}`,
      `--socket=${socket}`,
      `--framed-socket=${this.#inSocketFolder('framed.sock')}`,
      `--cert-dir=${this.certificates}`,
      '--takeover',
    ])
  }
}
