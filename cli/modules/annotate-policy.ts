import { readProtocolVersion } from '../../evaluator/guests/protocol-version.ts'
import { grantsCapability } from '../../evaluator/host/capability-patterns.ts'
import { findCapabilities } from '../../evaluator/host/find-capabilities.ts'
import { compilePolicyModule } from '../../evaluator/module/compile.ts'
import { type PolicyMetadata, parseMetadata } from '../../evaluator/module/metadata.ts'
import { embedMetadata } from '../../evaluator/module/metadata-section.ts'
import { isRego } from '../../evaluator/module/servable.ts'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import { GatehouseError } from '../../util/errors.ts'
import { packageVersion } from '../../util/package-version.ts'
import { throwProblems } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import { parseYaml } from '../../util/yaml/yaml-document.ts'
import { compileModule } from './compile-module.ts'

export interface AnnotateOptions {
  /** The module's file, for messages. */
  readonly source: string
  /** metadata.yml, and what is written in it. */
  readonly metadata: { readonly source: string; readonly text: string }
  /** For people; becomes an annotation. */
  readonly usage?: string | undefined
}

export interface AnnotatedPolicy {
  readonly bytes: Uint8Array
  readonly metadata: PolicyMetadata
  /** Where what it declares and what it seems to use differ. */
  readonly warnings: readonly string[]
}

const MEMORY_LIMIT_BYTES = FLAG_DEFAULTS.memoryLimitMib * 1024 * 1024

/**
 * Writes metadata into a module: checked, with what only the module knows filled in, and refused where the two contradict
 * each other. @throws ERR_MODULE_METADATA, ERR_MODULE_INVALID
 */
export async function annotatePolicy(module: Uint8Array, options: AnnotateOptions): Promise<AnnotatedPolicy> {
  const { source, usage } = options
  const written = await readWritten(options.metadata)
  const annotations = {
    ...written.annotations,
    ...(usage === undefined ? {} : { 'io.kubewarden.policy.usage': usage }),
    'io.kubewarden.kwctl': `gatehouse ${packageVersion()}`,
  }
  const metadata = { ...written, annotations, protocolVersion: await findProtocolVersion(source, module, written) }
  const warnings = compareCapabilities(findCapabilities(module), written.hostCapabilities ?? [])
  return { bytes: embedMetadata(module, metadata), metadata, warnings }
}

// In the words of `kwctl`. A pattern is used when anything is used that it covers.
function compareCapabilities(used: readonly string[], declared: readonly string[]): string[] {
  const undeclared = used.filter((capability) => !grantsCapability(declared, capability))
  const unused = declared.filter((pattern) => !used.some((capability) => grantsCapability([pattern], capability)))
  const list = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ')
  return [
    ...(undeclared.length === 0
      ? []
      : [`host capabilities used by the policy but not declared in metadata: ${list(undeclared)}`]),
    ...(unused.length === 0
      ? []
      : [`host capabilities declared in metadata but not detected in the policy: ${list(unused)}`]),
  ]
}

async function readWritten({ source, text }: AnnotateOptions['metadata']): Promise<PolicyMetadata> {
  const { documents, problems } = parseYaml(source, text)
  throwProblems('ERR_MODULE_METADATA', problems)
  const value = documents[0]?.value
  // a key without a value is none, as in Kubewarden
  const given = isRecord(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
    : value
  return parseMetadata(given, source)
}

async function findProtocolVersion(
  source: string,
  bytes: Uint8Array,
  written: PolicyMetadata,
): Promise<'v1' | 'Unknown'> {
  const { executionMode, minimumKubewardenVersion: _, ...others } = written
  const isWapc = executionMode === 'kubewarden-wapc'
  checkBackend(source, await compileModule(source, bytes), executionMode)
  // as if it had answered already: what is not right with it otherwise shows when it is compiled
  const assumed = embedMetadata(bytes, { ...others, executionMode, protocolVersion: isWapc ? 'v1' : 'Unknown' })
  const { module } = await compilePolicyModule(assumed, { memoryLimitBytes: MEMORY_LIMIT_BYTES, source })
  return isWapc ? readProtocolVersion(module, source) : 'Unknown'
}

// What it exports tells Rego from everything else, whatever metadata.yml says.
function checkBackend(source: string, module: WebAssembly.Module, mode: PolicyMetadata['executionMode']): void {
  const saysRego = mode === 'opa' || mode === 'gatekeeper'
  if (isRego(module) && !saysRego)
    throw new GatehouseError(
      'ERR_MODULE_METADATA',
      'The policy has been created with Rego, please specify which Opa runtime has to be used',
      { hint: 'Write executionMode: opa or executionMode: gatekeeper into metadata.yml.' },
    )
  if (!isRego(module) && saysRego)
    throw new GatehouseError(
      'ERR_MODULE_METADATA',
      `${source} is not made from Rego, though its metadata says executionMode: ${mode}`,
    )
}
