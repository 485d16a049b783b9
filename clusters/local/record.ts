import type { ApiServerKind } from '../../plugin/api-server-kind.ts'
import type { WebhookSource } from '../../plugin/webhook-source.ts'
import type { ResolvedBinaries } from '../binaries/resolve.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../cluster-provider.ts'
import { compareGate, describeFields } from '../differing-options.ts'
import { FolderRecord, readState } from '../folder-record.ts'
import type { ClusterLayout } from './layout.ts'

/** What a cluster remembers between two commands. Which processes run is not among it: /proc knows better. */
export interface ClusterState {
  readonly binaries: ResolvedBinaries
  /** One per API server. */
  readonly ports: readonly number[]
  readonly apiServerArgs: readonly string[]
  readonly memberArgs: readonly (readonly string[])[]
  /** Absent: stock. */
  readonly apiServer?: ApiServerKind
  readonly wasmPolicies?: WasmPoliciesOptions
  /** Where the API servers are told to find the webhooks now, whatever was asked for; absent means API objects, or no webhooks at all. */
  readonly webhooks?: WebhookSource
  /** Of the policies and modules that the shims were started with. */
  readonly policiesDigest?: string
  /** Files of the user's that hold our entries. */
  readonly kubeconfigs: readonly string[]
}

/** A cluster's folder and what it remembers. */
export class ClusterRecord extends FolderRecord<ClusterLayout, ClusterState> {
  static async read(layout: ClusterLayout): Promise<ClusterRecord | undefined> {
    const state = await readState<ClusterState>(layout)
    return state && new ClusterRecord(layout, state)
  }

  static create(layout: ClusterLayout, state: ClusterState): Promise<ClusterRecord> {
    return new ClusterRecord(layout, state).write()
  }

  /** The members' numbers, from 1. */
  get members(): number[] {
    return this.state.ports.map((_port, index) => index + 1)
  }
}

/** Whether a shim runs beside each API server: with the gate on, unless policies run in the API servers themselves. */
export function hasShims({ wasmPolicies, apiServer }: Pick<ClusterState, 'wasmPolicies' | 'apiServer'>): boolean {
  return wasmPolicies !== undefined && apiServer !== 'in-process'
}

/** Whether API servers ask by webhooks, as stock ones do with the gate on. */
export function hasWebhooks({ wasmPolicies, apiServer = 'stock' }: Pick<ClusterState, 'wasmPolicies' | 'apiServer'>) {
  return wasmPolicies !== undefined && apiServer === 'stock'
}

/** How the options asked for differ from those of the cluster that is there. */
export function describeDifferences(state: ClusterState, options: ClusterOptions): string[] {
  return describeFields(state.binaries.kubeApiServer.version, options, [
    ['apiServers', state.ports.length, options.apiServers],
    ['apiServer', state.apiServer ?? 'stock', options.apiServer ?? 'stock'],
    ['apiServerArgs', state.apiServerArgs, options.apiServerArgs ?? []],
    ['memberArgs', state.memberArgs, options.memberArgs ?? []],
    ...compareGate(state.wasmPolicies, options.wasmPolicies),
  ])
}
