import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { installService } from '../../clusters/install/install-service.ts'
import { MAX_CONFIG_MAP_BYTES } from '../../clusters/install/policies-for-pods.ts'
import { waitUntilInForce } from '../../clusters/webhooks/wait-in-force.ts'
import { buildShimImage } from '../../image/build-shim-image.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import { parseBundle } from '../../shim/tls/bundle.ts'
import { describeCertificates } from '../../shim/tls/operate-authority.ts'
import { runUninstall } from '../../upkeep/uninstall/run-uninstall.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { describeAll } from '../describe-all.ts'
import { readWithModules } from '../policies.ts'
import type { Way } from '../way.ts'
import type { KindStage } from './kind-stage.ts'
import { ModuleServer } from './module-server.ts'
import { PolicyPods } from './policy-pods.ts'

/** The Deployment of `gatehouse install`, with the shim's image on the node: docs/install.md, command by command. */
export class DeploymentWay implements Way {
  readonly certificates: string
  readonly #stage: KindStage
  readonly #source: string
  readonly #pods: PolicyPods
  #modules: ModuleServer | undefined
  #registration: Registration = 'combined'
  #image = ''

  constructor(stage: KindStage, policies: string) {
    this.#stage = stage
    this.#source = policies
    this.#pods = new PolicyPods(stage.node)
    this.certificates = join(stage.folder, 'certificates')
  }

  async install(registration: Registration): Promise<void> {
    const { cluster, folder } = this.#stage
    this.#registration = registration
    const { archive, tag } = await buildShimImage()
    await cluster.loadImageArchive(archive)
    this.#image = tag
    await makeFolder(folder, 0o700)
    await this.#publishModules()
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
    const next = `${this.#image}-next`
    await this.#stage.node.tagImage(this.#image, next)
    this.#image = next
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
    const { folder, kubeconfig, kubeConfig } = this.#stage
    await runUninstall({ kubeconfig, adminSocket: '', dryRun: false })
    await waitUntilInForce([kubeConfig])
    await this.#pods.removeNamespace()
    this.#modules?.[Symbol.dispose]()
    await rm(folder, { recursive: true })
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

  async #print(): Promise<string> {
    const { yaml } = await installService({
      policies: this.#inFolder('policies.yml'),
      image: this.#image,
      namespace: 'gatehouse',
      replicas: 2,
      events: false,
      webhooks: true,
      registration: this.#registration,
      certificate: { authority: this.certificates },
      modules: { sources: this.#inFolder('sources.yml'), store: this.#inFolder('store') },
    })
    return yaml
  }

  // Modules that no ConfigMap holds are on a web server of this machine, which the pods reach without TLS.
  async #publishModules(): Promise<void> {
    const modules = await ModuleServer.start(await this.#stage.node.readGateway())
    this.#modules = modules
    const policies = await readWithModules(this.#source, (file) =>
      statSync(file).size > MAX_CONFIG_MAP_BYTES ? modules.publish(file) : file,
    )
    await writeFile(this.#inFolder('policies.yml'), policies)
    await writeFile(this.#inFolder('sources.yml'), stringify({ insecure_sources: [modules.host] }))
  }

  #inFolder(name: string): string {
    return join(this.#stage.folder, name)
  }
}
