import { statSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type InstallServiceOptions, installService } from '../../clusters/install/install-service.ts'
import { MAX_CONFIG_MAP_BYTES } from '../../clusters/install/policies-for-pods.ts'
import { buildShimImage } from '../../image/build-shim-image.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { readWithModules } from '../policies.ts'
import type { KindStage } from './kind-stage.ts'
import { ModuleServer } from './module-server.ts'

/** What `gatehouse install` prints for the scenario's policies, with the shim's image on the node. */
export class PrintedInstall {
  /** The folder of the authority. */
  readonly certificates: string
  readonly #stage: KindStage
  readonly #source: string
  readonly #folder: string
  #modules: ModuleServer | undefined
  #image = ''

  /** All that it needs lies in a folder of its own. */
  constructor(stage: KindStage, policies: string, folder: string) {
    this.#stage = stage
    this.#source = policies
    this.#folder = folder
    this.certificates = join(folder, 'certificates')
  }

  /** Brings the image to the node, and modules to where pods find them. */
  async prepare(): Promise<void> {
    const { archive, tag } = await buildShimImage()
    await this.#stage.cluster.loadImageArchive(archive)
    this.#image = tag
    await makeFolder(this.#folder, 0o700)
    await this.#publishModules()
  }

  /** From now on the image has another name; what is in it is the same. */
  async renameImage(): Promise<void> {
    const next = `${this.#image}-next`
    await this.#stage.node.tagImage(this.#image, next)
    this.#image = next
  }

  async print(how: Pick<InstallServiceOptions, 'registration' | 'standIn'>): Promise<string> {
    const { yaml } = await installService({
      ...how,
      policies: this.#inFolder('policies.yml'),
      image: this.#image,
      namespace: 'gatehouse',
      replicas: 2,
      events: false,
      webhooks: true,
      certificate: { authority: this.certificates },
      modules: { sources: this.#inFolder('sources.yml'), store: this.#inFolder('store') },
    })
    return yaml
  }

  async remove(): Promise<void> {
    this.#modules?.[Symbol.dispose]()
    await rm(this.#folder, { recursive: true, force: true })
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
    return join(this.#folder, name)
  }
}
