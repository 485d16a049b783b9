import type { WebhookSource } from '../../plugin/webhook-source.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../cluster-provider.ts'
import { compareGate, describeFields } from '../differing-options.ts'
import { FolderRecord, readState } from '../folder-record.ts'
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
export class K3sRecord extends FolderRecord<K3sLayout, K3sState> {
  static async read(layout: K3sLayout): Promise<K3sRecord | undefined> {
    const state = await readState<K3sState>(layout)
    return state && new K3sRecord(layout, state)
  }

  static create(layout: K3sLayout, state: K3sState): Promise<K3sRecord> {
    return new K3sRecord(layout, state).write()
  }
}

/** How the options asked for differ from those of the cluster that is there, all of which are fixed once it runs. */
export function describeDifferences(state: K3sState, options: K3sOptions): string[] {
  const { wasmPolicies: asked } = options
  // of 1.37.2+k3s1, what is asked for says the first part
  const [kubernetesVersion = ''] = state.kubernetesVersion.split('+')
  return describeFields(kubernetesVersion, options, [
    ['nodeImage', state.isImageNamed ? state.image : undefined, options.nodeImage],
    ['apiServerArgs', state.apiServerArgs, options.apiServerArgs ?? []],
    ['shared', state.shared, options.shared],
    ...compareGate(state.wasmPolicies, asked, [['webhooks', state.webhooks, asked?.webhooks ?? state.webhooks]]),
  ])
}
