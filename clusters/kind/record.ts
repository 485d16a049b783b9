import { readFile } from 'node:fs/promises'
import type { WebhookSource } from '../../plugin/webhook-source.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { replaceFile } from '../../util/replace-file.ts'
import { parseKubernetesVersion, satisfiesVersion } from '../binaries/versions.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../cluster-provider.ts'
import { placementOf } from '../node/node-record.ts'
import type { KindLayout } from './layout.ts'

export interface KindOptions extends ClusterOptions {
  /** A folder that is made, and that the API server sees under its path here: for what an operator configures later. */
  readonly shared?: string
}

/** What a kind cluster remembers between two commands. Whether it runs is not among it: the engine knows better. */
export interface KindState {
  readonly kubernetesVersion: string
  readonly engine: 'docker' | 'podman'
  /** The node image. */
  readonly image: string
  /** The program. */
  readonly kind: string
  readonly apiServerArgs: readonly string[]
  readonly shared?: string
  readonly wasmPolicies?: WasmPoliciesOptions
  /** Where the API server finds the webhooks; with the gate. */
  readonly webhooks?: WebhookSource
  readonly policiesDigest?: string
  /** kind has finished. Until then, what is there is the rest of a start that was cut off. */
  readonly isCreated: boolean
  /** Files of the user's that hold our entry. */
  readonly kubeconfigs: readonly string[]
}

/** A kind cluster's folder and what it remembers. */
export class KindRecord {
  readonly layout: KindLayout
  #state: KindState

  private constructor(layout: KindLayout, state: KindState) {
    this.layout = layout
    this.#state = state
  }

  static async read(layout: KindLayout): Promise<KindRecord | undefined> {
    try {
      return new KindRecord(layout, JSON.parse(await readFile(layout.state, 'utf8')) as KindState)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  static async create(layout: KindLayout, state: KindState): Promise<KindRecord> {
    await makeFolder(layout.folder, 0o700)
    const record = new KindRecord(layout, state)
    await record.update({})
    return record
  }

  get state(): KindState {
    return this.#state
  }

  async update(changes: Partial<KindState>): Promise<void> {
    this.#state = { ...this.#state, ...changes }
    await replaceFile(this.layout.state, `${JSON.stringify(this.#state, undefined, 2)}\n`)
  }
}

/** How the options asked for differ from those of the cluster that is there. Nearly everything is fixed once a node runs. */
export function describeDifferences(state: KindState, options: KindOptions): string[] {
  const { wasmPolicies: is } = state
  const { wasmPolicies: asked } = options
  const fields: [string, unknown, unknown][] = [
    ['apiServerArgs', state.apiServerArgs, options.apiServerArgs ?? []],
    ['shared', state.shared, options.shared],
    ['WasmPolicies', is !== undefined, asked !== undefined],
  ]
  if (is !== undefined && asked !== undefined) {
    fields.push(
      ['policies', is.policies, asked.policies],
      ['shim', placementOf(state), placementOf(options)],
      ['webhooks', state.webhooks, asked.webhooks ?? state.webhooks],
      ['defaultExclusions', is.defaultExclusions, asked.defaultExclusions],
      ['registration', is.registration ?? 'combined', asked.registration ?? 'combined'],
      ['shimArgs', is.shimArgs ?? [], asked.shimArgs ?? []],
    )
  }
  const differences = fields
    .map(([field, one, other]) => [field, JSON.stringify(one), JSON.stringify(other)] as const)
    .filter(([, one, other]) => one !== other)
    .map(([field, one, other]) => `${field} is ${one}, not ${other}`)
  return satisfiesVersion(state.kubernetesVersion, parseKubernetesVersion(options.kubernetesVersion))
    ? differences
    : [`kubernetesVersion is ${state.kubernetesVersion}, not ${options.kubernetesVersion}`, ...differences]
}
