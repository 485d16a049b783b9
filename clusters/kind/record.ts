import type { WebhookSource } from '../../plugin/webhook-source.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../cluster-provider.ts'
import { compareGate, describeFields } from '../differing-options.ts'
import { FolderRecord, readState } from '../folder-record.ts'
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
export class KindRecord extends FolderRecord<KindLayout, KindState> {
  static async read(layout: KindLayout): Promise<KindRecord | undefined> {
    const state = await readState<KindState>(layout)
    return state && new KindRecord(layout, state)
  }

  static create(layout: KindLayout, state: KindState): Promise<KindRecord> {
    return new KindRecord(layout, state).write()
  }
}

/** How the options asked for differ from those of the cluster that is there. Nearly everything is fixed once a node runs. */
export function describeDifferences(state: KindState, options: KindOptions): string[] {
  const { wasmPolicies: asked } = options
  return describeFields(state.kubernetesVersion, options, [
    ['apiServerArgs', state.apiServerArgs, options.apiServerArgs ?? []],
    ['shared', state.shared, options.shared],
    ...compareGate(state.wasmPolicies, asked, [
      ['shim', placementOf(state), placementOf(options)],
      ['webhooks', state.webhooks, asked?.webhooks ?? state.webhooks],
    ]),
  ])
}
