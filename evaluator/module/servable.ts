import { GatehouseError } from '../../util/errors.ts'
import { SERVED_MODES } from '../guests/index.ts'
import type { ExecutionMode, PolicyMetadata } from './metadata.ts'

// The release whose contracts we follow; policies may ask for a newer one.
const KUBEWARDEN_VERSION = '1.37.2'

/**
 * How the module is to be called, after the checks that Kubewarden makes at load time, with its messages.
 * @throws GatehouseError ERR_MODULE_METADATA
 */
export function chooseExecutionMode(
  metadata: PolicyMetadata | undefined,
  wanted: ExecutionMode | undefined,
  source: string,
): ExecutionMode {
  const refuse = (message: string, hint?: string): never => {
    throw new GatehouseError('ERR_MODULE_METADATA', `${source}: ${message}`, hint === undefined ? {} : { hint })
  }
  const mode = metadata?.executionMode ?? wanted
  if (mode === undefined) {
    return refuse('carries no Kubewarden metadata', 'annotate it with `kwctl annotate`, or name its execution mode')
  }
  if (wanted !== undefined && wanted !== mode) {
    return refuse(`its metadata says execution mode ${mode}, but ${wanted} was asked for`)
  }
  if (!SERVED_MODES.includes(mode)) {
    return refuse(`execution mode ${mode} is not supported yet`, `use a policy built for ${SERVED_MODES.join(', ')}`)
  }
  const problem = metadata && describeVersionProblem(metadata)
  return problem === undefined ? mode : refuse(problem)
}

function describeVersionProblem(metadata: PolicyMetadata): string | undefined {
  const { executionMode, protocolVersion, minimumKubewardenVersion: minimum } = metadata
  if (executionMode === 'kubewarden-wapc' && protocolVersion === undefined) {
    return 'Policy is missing protocol version, which is required for KubewardenWapc execution mode'
  }
  if (executionMode === 'kubewarden-wapc' && protocolVersion !== 'v1') {
    return `Policy uses protocol version ${protocolVersion} but only V1 is supported`
  }
  if (minimum !== undefined && isNewer(minimum, KUBEWARDEN_VERSION)) {
    return `Policy required Kubewarden version ${minimum} but is running on ${KUBEWARDEN_VERSION}`
  }
  return undefined
}

// A policy that asks for a patch release runs on any other of the same minor.
function isNewer(left: string, right: string): boolean {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number)
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number)
  return leftMajor === rightMajor ? leftMinor > rightMinor : leftMajor > rightMajor
}
