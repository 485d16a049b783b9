import type { ApiServerKind } from '../../plugin/api-server-kind.ts'
import type { WebhookSource } from '../../plugin/webhook-source.ts'
import type { ResolvedBinaries } from '../binaries/resolve.ts'
import { parseKubernetesVersion, satisfiesVersion } from '../binaries/versions.ts'
import type { ClusterOptions, WasmPoliciesOptions } from '../cluster-provider.ts'
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

/** How the options asked for differ from those of the cluster that is there: `apiServers is 1, not 3`. */
export function describeDifferences(state: ClusterState, options: ClusterOptions): string[] {
  const version = state.binaries.kubeApiServer.version
  const wanted = parseKubernetesVersion(options.kubernetesVersion)
  const fields: [string, unknown, unknown][] = [
    ['apiServers', state.ports.length, options.apiServers],
    ['apiServer', state.apiServer ?? 'stock', options.apiServer ?? 'stock'],
    ['apiServerArgs', state.apiServerArgs, options.apiServerArgs ?? []],
    ['memberArgs', state.memberArgs, options.memberArgs ?? []],
    ['WasmPolicies', state.wasmPolicies !== undefined, options.wasmPolicies !== undefined],
    ...describeGate(state.wasmPolicies, options.wasmPolicies),
  ]
  const differences = fields
    .map(([field, is, asked]) => [field, JSON.stringify(is), JSON.stringify(asked)] as const)
    .filter(([, is, asked]) => is !== asked)
    .map(([field, is, asked]) => `${field} is ${is}, not ${asked}`)
  return satisfiesVersion(version, wanted)
    ? differences
    : [`kubernetesVersion is ${version}, not ${options.kubernetesVersion}`, ...differences]
}

function describeGate(
  is: WasmPoliciesOptions | undefined,
  asked: WasmPoliciesOptions | undefined,
): [string, unknown, unknown][] {
  if (is === undefined || asked === undefined) return []
  return [
    ['policies', is.policies, asked.policies],
    ['defaultExclusions', is.defaultExclusions, asked.defaultExclusions],
    ['registration', is.registration ?? 'combined', asked.registration ?? 'combined'],
    ['shimArgs', is.shimArgs ?? [], asked.shimArgs ?? []],
  ]
}
