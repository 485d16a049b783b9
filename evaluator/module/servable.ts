import { KUBEWARDEN_VERSION } from './kubewarden-version.ts'
import type { ExecutionMode, PolicyMetadata } from './metadata.ts'
import { UnusableMetadata } from './unusable-module.ts'

/** What is known of a module when it has to be decided how to call it. */
export interface ModuleFacts {
  readonly module: WebAssembly.Module
  readonly metadata: PolicyMetadata | undefined
  /** What the user said; must not contradict the metadata. */
  readonly wanted: ExecutionMode | 'detect' | undefined
}

/**
 * How the module is to be called, after the checks that Kubewarden makes at load time, with its messages.
 * @throws UnusableMetadata
 */
export function chooseExecutionMode({ module, metadata, wanted }: ModuleFacts): ExecutionMode {
  const asked = wanted === 'detect' ? undefined : wanted
  const mode = metadata?.executionMode ?? asked ?? (wanted === 'detect' ? detectMode(module) : undefined)
  if (mode === undefined) throw describeUnannotated(module)
  if (asked !== undefined && asked !== mode) {
    throw new UnusableMetadata(`its metadata says execution mode ${mode}, but ${asked} was asked for`)
  }
  const problem = metadata && describeVersionProblem(metadata)
  if (problem !== undefined) throw new UnusableMetadata(problem)
  return mode
}

// Which of the two kinds of Rego policies it is, nobody can tell; that a module wants WASI alone neither.
function detectMode(module: WebAssembly.Module): ExecutionMode | undefined {
  return isRego(module) ? undefined : 'kubewarden-wapc'
}

/** Whether a module is made from Rego, which its exports show. */
export function isRego(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name.startsWith('opa_'))
}

function describeUnannotated(module: WebAssembly.Module): UnusableMetadata {
  return isRego(module)
    ? new UnusableMetadata(
        'The policy has been created with Rego, please specify which Opa runtime has to be used',
        'name its execution mode: opa or gatekeeper',
      )
    : new UnusableMetadata(
        'carries no Kubewarden metadata',
        'annotate it with `gatehouse annotate`, or name its execution mode',
      )
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
