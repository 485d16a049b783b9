import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { waitUntilInForce } from '../../clusters/webhooks/wait-in-force.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import { parseBundle } from '../../shim/tls/bundle.ts'
import { describeCertificates } from '../../shim/tls/operate-authority.ts'
import { runUninstall } from '../../upkeep/uninstall/run-uninstall.ts'
import { describeAll } from '../describe-all.ts'
import type { Way } from '../way.ts'
import type { KindStage } from './kind-stage.ts'
import { PolicyPods } from './policy-pods.ts'
import { PrintedInstall } from './printed-install.ts'

/** The Deployment of `gatehouse install`, with the shim's image on the node: docs/install.md, command by command. */
export class DeploymentWay implements Way {
  readonly #stage: KindStage
  readonly #install: PrintedInstall
  readonly #pods: PolicyPods
  #registration: Registration = 'combined'

  constructor(stage: KindStage, policies: string) {
    this.#stage = stage
    this.#install = new PrintedInstall(stage, policies, stage.folder)
    this.#pods = new PolicyPods(stage.node)
  }

  get certificates(): string {
    return this.#install.certificates
  }

  async install(registration: Registration): Promise<void> {
    this.#registration = registration
    await this.#install.prepare()
    const yaml = await this.#print()
    // first everything but who asks
    await this.#pods.apply(yaml, '--selector=app.kubernetes.io/component=policy-server')
    await this.#pods.untilRolledOut()
    await this.#apply(yaml)
  }

  async changeRegistration(registration: Registration): Promise<void> {
    this.#registration = registration
    await this.publishAuthorities()
  }

  /** To an image of another name; what is in it is the same. */
  async upgrade(): Promise<void> {
    await this.#install.renameImage()
    await this.publishAuthorities()
    await this.#pods.untilRolledOut()
  }

  async publishAuthorities(): Promise<void> {
    await this.#apply(await this.#print())
  }

  async renewCertificates(): Promise<void> {
    await this.publishAuthorities()
    await this.#pods.refresh(randomUUID())
  }

  async readSigners(): Promise<readonly string[]> {
    const authorities = parseBundle(await readFile(join(this.certificates, 'ca.crt'), 'utf8'))
    const shown = await this.#pods.readCertificates()
    const signers = shown.map((certificate) => authorities.find(({ publicKey }) => certificate.verify(publicKey)))
    return [...new Set(signers.map((signer) => signer?.fingerprint256 ?? 'an unknown authority'))]
  }

  crash(): Promise<void> {
    return this.#pods.kill()
  }

  recover(): Promise<void> {
    return this.#pods.startAgain()
  }

  untilRestarted(): Promise<void> {
    return this.#pods.untilRestarted()
  }

  async uninstall(): Promise<void> {
    const { kubeconfig, kubeConfig } = this.#stage
    await runUninstall({ kubeconfig, adminSocket: '', dryRun: false })
    await waitUntilInForce([kubeConfig])
    await this.#pods.removeNamespace()
    await this.#install.remove()
  }

  describe(): Promise<Readonly<Record<string, string>>> {
    return describeAll({
      'status.yaml': () => this.#pods.ask('gatehouse', 'status', '--output=yaml'),
      'policies.yaml': () => this.#pods.ask('gatehouse', 'policies', '--output=yaml'),
      'certificates.yaml': async () => stringify(await describeCertificates({ folder: this.certificates })),
    })
  }

  async #apply(yaml: string): Promise<void> {
    await this.#pods.apply(yaml)
    await waitUntilInForce([this.#stage.kubeConfig])
  }

  #print(): Promise<string> {
    return this.#install.print({ registration: this.#registration })
  }
}
