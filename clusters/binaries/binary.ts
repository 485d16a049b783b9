import { GatehouseError } from '../../util/errors.ts'
import type { ProgramName } from './programs.ts'
import type { KubernetesVersion } from './versions.ts'

/** One file to be found somewhere. */
export interface WantedBinary {
  readonly name: ProgramName
  /** `v1.37.2`: the version that the cache, PATH, a download or a build must be of. */
  readonly version: string
  readonly architecture: Architecture
  /** Programs of Kubernetes only: what a folder of the user's own may hold instead. */
  readonly kubernetes?: KubernetesVersion
}

/** A program, and where it came from. */
export interface ResolvedBinary {
  readonly path: string
  readonly version: string
  /** `the cache`, `the official release`, … */
  readonly source: string
}

/** Go's name of it, which release files carry. */
export type Architecture = 'amd64' | 'arm64'

/** This machine's, as Node calls it, in Go's words. */
export function architectureOf(machine: string = process.arch): Architecture {
  const known: Readonly<Record<string, Architecture>> = { x64: 'amd64', arm64: 'arm64' }
  const architecture = known[machine]
  if (architecture === undefined) {
    throw new GatehouseError('ERR_BINARIES_MISSING', `no control-plane binaries for the architecture ${machine}`, {
      hint: 'Local clusters run on linux/amd64 and linux/arm64.',
    })
  }
  return architecture
}
