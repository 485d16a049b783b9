import { GatehouseError } from '../util/errors.ts'
import { parseKubernetesVersion, satisfiesVersion } from './binaries/versions.ts'
import type { ClusterOptions, WasmPoliciesOptions } from './cluster-provider.ts'

/** A field's name, what the cluster has, and what is asked for. */
export type ComparedField = readonly [field: string, is: unknown, asked: unknown]

/** How fields differ, and the version where it is another one than is asked for: `apiServers is 1, not 3`. */
export function describeFields(
  kubernetesVersion: string,
  options: Pick<ClusterOptions, 'kubernetesVersion'>,
  fields: readonly ComparedField[],
): string[] {
  const differences = fields
    .map(([field, is, asked]) => [field, JSON.stringify(is), JSON.stringify(asked)] as const)
    .filter(([, is, asked]) => is !== asked)
    .map(([field, is, asked]) => `${field} is ${is}, not ${asked}`)
  return satisfiesVersion(kubernetesVersion, parseKubernetesVersion(options.kubernetesVersion))
    ? differences
    : [`kubernetesVersion is ${kubernetesVersion}, not ${options.kubernetesVersion}`, ...differences]
}

/** The gate, and its fields where it is on and asked for: those that all sorts of clusters fix, and those of one sort. */
export function compareGate(
  is: WasmPoliciesOptions | undefined,
  asked: WasmPoliciesOptions | undefined,
  ofSort: readonly ComparedField[] = [],
): ComparedField[] {
  const gate: ComparedField = ['WasmPolicies', is !== undefined, asked !== undefined]
  if (is === undefined || asked === undefined) return [gate]
  return [
    gate,
    ['policies', is.policies, asked.policies],
    ['defaultExclusions', is.defaultExclusions, asked.defaultExclusions],
    ['registration', is.registration ?? 'combined', asked.registration ?? 'combined'],
    ['shimArgs', is.shimArgs ?? [], asked.shimArgs ?? []],
    ...ofSort,
  ]
}

/** @throws ERR_CLUSTER_EXISTS with all of them, if there are any */
export function refuseDifferences({ name }: { readonly name: string }, differences: readonly string[]): void {
  if (differences.length === 0) return
  throw new GatehouseError(
    'ERR_CLUSTER_EXISTS',
    `cluster '${name}' exists with other options: ${differences.join('; ')}`,
    { hint: `Remove it first (gatehouse cluster down --name ${name}), or choose another --name.` },
  )
}
