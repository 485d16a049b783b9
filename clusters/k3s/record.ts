import { readFile } from 'node:fs/promises'
import type { WebhookSource } from '../../plugin/webhook-source.ts'
import { makeFolder } from '../../util/make-folder.ts'
import { replaceFile } from '../../util/replace-file.ts'
import { parseKubernetesVersion, satisfiesVersion } from '../binaries/versions.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../cluster-provider.ts'
import type { K3sLayout } from './layout.ts'

export interface K3sOptions extends ClusterOptions {
  /** A folder that is made, and that the API server sees under its path here: for what an operator configures later. */
  readonly shared?: string
}

/** What a k3s cluster remembers between two commands. Whether it runs is not among it: the engine knows better. */
export interface K3sState {
  readonly kubernetesVersion: string
  readonly engine: 'docker' | 'podman'
  readonly image: string
  /** The image was named, and its version is believed. */
  readonly isImageNamed: boolean
  readonly apiServerArgs: readonly string[]
  readonly shared?: string
  readonly wasmPolicies?: WasmPoliciesOptions
  /** Where the API server finds the webhooks; with the gate. */
  readonly webhooks?: WebhookSource
  readonly policiesDigest?: string
  /** k3s was ready once. Until then, what is there is the rest of a start that was cut off. */
  readonly isCreated: boolean
  /** Files of the user's that hold our entry. */
  readonly kubeconfigs: readonly string[]
}

/** A k3s cluster's folder and what it remembers. */
export class K3sRecord {
  readonly layout: K3sLayout
  #state: K3sState

  private constructor(layout: K3sLayout, state: K3sState) {
    this.layout = layout
    this.#state = state
  }

  static async read(layout: K3sLayout): Promise<K3sRecord | undefined> {
    try {
      return new K3sRecord(layout, JSON.parse(await readFile(layout.state, 'utf8')) as K3sState)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  static async create(layout: K3sLayout, state: K3sState): Promise<K3sRecord> {
    await makeFolder(layout.folder, 0o700)
    const record = new K3sRecord(layout, state)
    await record.update({})
    return record
  }

  get state(): K3sState {
    return this.#state
  }

  async update(changes: Partial<K3sState>): Promise<void> {
    this.#state = { ...this.#state, ...changes }
    await replaceFile(this.layout.state, `${JSON.stringify(this.#state, undefined, 2)}\n`)
  }
}

/** How the options asked for differ from those of the cluster that is there, all of which are fixed once it runs. */
export function describeDifferences(state: K3sState, options: K3sOptions): string[] {
  const { wasmPolicies: is } = state
  const { wasmPolicies: asked } = options
  const fields: [string, unknown, unknown][] = [
    ['nodeImage', state.isImageNamed ? state.image : undefined, options.nodeImage],
    ['apiServerArgs', state.apiServerArgs, options.apiServerArgs ?? []],
    ['shared', state.shared, options.shared],
    ['WasmPolicies', is !== undefined, asked !== undefined],
  ]
  if (is !== undefined && asked !== undefined) {
    fields.push(
      ['policies', is.policies, asked.policies],
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
  return satisfiesVersion(
    state.kubernetesVersion.replace(/\+.*/, ''),
    parseKubernetesVersion(options.kubernetesVersion),
  )
    ? differences
    : [`kubernetesVersion is ${state.kubernetesVersion}, not ${options.kubernetesVersion}`, ...differences]
}
