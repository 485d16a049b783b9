import { readFile } from 'node:fs/promises'
import type { KubeClient } from '../kube/requests/kube-client.ts'
import type { Registration } from '../plugin/registration-mode.ts'
import type { AbsenceDrill } from './absence-drill.ts'
import type { Lacks } from './capability.ts'
import { describeAll } from './describe-all.ts'
import type { FallbackDrill } from './fallback-drill.ts'
import { readTree } from './read-tree.ts'
import type { Mode, Site } from './site.ts'
import type { Stage } from './stage.ts'
import type { Way } from './way.ts'

export interface ClusterSiteParts<S extends Stage> {
  readonly mode: Mode
  readonly stage: S
  readonly way: Way
  /** The file. */
  readonly policies: string
}

/** What sites of all providers have in common: the stage is the provider's, the way is the mode's. */
export abstract class ClusterSite<S extends Stage> implements Site {
  abstract readonly title: string
  abstract readonly lacks: Lacks
  abstract readonly workloadImage: string
  readonly mode: Mode
  protected readonly stage: S
  protected readonly way: Way
  readonly #policies: string

  protected constructor({ mode, stage, way, policies }: ClusterSiteParts<S>) {
    this.mode = mode
    this.stage = stage
    this.way = way
    this.#policies = policies
  }

  abstract stopApiServer(): Promise<void>
  abstract startApiServer(): Promise<void>
  abstract rebootNode(): Promise<void>
  abstract readFiles(): Promise<Readonly<Record<string, string>>>
  abstract logs(): Promise<Readonly<Record<string, string>>>

  get kubernetesVersion(): string {
    return this.stage.kubernetesVersion
  }

  get kubeconfig(): string {
    return this.stage.kubeconfig
  }

  get hints(): readonly string[] {
    const { name } = this.stage
    return [
      `kubectl --kubeconfig ${this.kubeconfig} get events`,
      `gatehouse cluster logs --name ${name}`,
      `gatehouse cluster down --name ${name}`,
    ]
  }

  get certificates(): string {
    return this.way.certificates
  }

  get drill(): FallbackDrill | undefined {
    return this.way.drill
  }

  get absence(): AbsenceDrill | undefined {
    return this.way.absence
  }

  get api(): KubeClient {
    return this.stage.api
  }

  install(registration: Registration): Promise<void> {
    return this.way.install(registration)
  }

  changeRegistration(registration: Registration): Promise<void> {
    return this.way.changeRegistration(registration)
  }

  upgrade(): Promise<void> {
    return this.way.upgrade()
  }

  publishAuthorities(): Promise<void> {
    return this.way.publishAuthorities()
  }

  renewCertificates(): Promise<void> {
    return this.way.renewCertificates()
  }

  readSigners(): Promise<readonly string[]> {
    return this.way.readSigners()
  }

  crash(): Promise<void> {
    return this.way.crash()
  }

  recover(): Promise<void> {
    return this.way.recover()
  }

  uninstall(): Promise<void> {
    return this.way.uninstall()
  }

  async describe(): Promise<Readonly<Record<string, string>>> {
    const files = await describeAll({
      'policies.yml': () => readFile(this.#policies, 'utf8'),
      'manifests.yaml': () => this.#readManifests(),
    })
    return { ...(await this.way.describe()), ...files }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]()
  }

  // not the certificates, nor those of what stands in: keys lie among them
  async #readManifests(): Promise<string> {
    const files = await readTree(this.stage.folder, [this.way.certificates])
    const paths = Object.keys(files).filter((path) => files[path] !== 'a folder' && !path.endsWith('.key'))
    const texts = paths.map(async (path) => `# ${path}\n${await readFile(path, 'utf8')}`)
    return (await Promise.all(texts)).join('\n---\n')
  }
}
