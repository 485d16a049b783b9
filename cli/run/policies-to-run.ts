import { statSync } from 'node:fs'
import type { ExecutionMode } from '../../evaluator/module/metadata.ts'
import type { PolicyModeOptions } from '../../evaluator/policy-mode.ts'
import type { Exemption } from '../../shim/exemptions/exemption.ts'
import { GatehouseError } from '../../util/errors.ts'
import { throwProblems } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import { resolveTypedModule } from '../typed-module.ts'

/** A policy and how to run it once. */
export interface PolicyToRun extends PolicyModeOptions {
  /** An absolute `file://` URL. */
  readonly module: string
  /** How to call a module that does not say so itself; without it, such a module is refused as by the shim. */
  readonly executionMode?: ExecutionMode | 'detect'
  /** A JSON object. */
  readonly settings: Uint8Array
  readonly hostCapabilities: readonly string[]
  readonly timeoutMs: number
  readonly exemptions?: readonly Exemption[]
}

export interface PolicyArguments {
  /** A module's file, or a policies file or folder. */
  readonly policy: string
  /** YAML or JSON, and what to call it. */
  readonly settings?: { readonly source: string; readonly text: string }
  readonly executionMode?: ExecutionMode
  readonly timeoutMs: number
}

/** The policies that the command line names. @throws ERR_CLI_USAGE, ERR_POLICIES_INVALID and others */
export async function readPoliciesToRun(args: PolicyArguments): Promise<PolicyToRun[]> {
  return isPoliciesPath(args.policy) ? await readConfiguredPolicies(args) : [await readModulePolicy(args)]
}

const isPoliciesPath = (path: string) =>
  /\.(ya?ml|json)$/.test(path) || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)

// Nobody has limited a bare module: it may mutate.
async function readModulePolicy(args: PolicyArguments): Promise<PolicyToRun> {
  return {
    id: args.policy,
    module: resolveTypedModule(args.policy),
    mode: 'protect',
    allowedToMutate: true,
    settings: args.settings === undefined ? encode('{}') : await parseSettings(args.settings),
    hostCapabilities: ['*'],
    timeoutMs: args.timeoutMs,
    executionMode: args.executionMode ?? 'detect',
  }
}

async function readConfiguredPolicies(args: PolicyArguments): Promise<PolicyToRun[]> {
  if (args.settings !== undefined || args.executionMode !== undefined)
    throw new GatehouseError('ERR_CLI_USAGE', `${args.policy} says settings and modes itself`, {
      hint: 'Leave -s, --settings-json and -e away, or name a .wasm file.',
    })
  const { loadPolicySpecs } = await import('../../shim/policies/load-policy-specs.ts')
  return (await loadPolicySpecs(args.policy)).map((spec) => ({
    ...spec,
    settings: encode(JSON.stringify(spec.settings)),
    timeoutMs: spec.timeoutEvalSeconds === undefined ? args.timeoutMs : spec.timeoutEvalSeconds * 1000,
  }))
}

// Numbers stay as they are written. JSON is YAML, but what reads that takes longer to load than a policy takes to answer.
async function parseSettings({ source, text }: { source: string; text: string }): Promise<Uint8Array> {
  if (isJsonMap(text)) return encode(text)
  const { parseYaml } = await import('../../util/yaml/yaml-document.ts')
  const { documents, problems } = parseYaml(source, text, 'everywhere')
  throwProblems('ERR_SETTINGS_INVALID', problems)
  const [document, ...others] = documents
  if (document === undefined) return encode('{}')
  if (others.length === 0 && isRecord(document.value)) return encode(JSON.stringify(document.value))
  throw new GatehouseError('ERR_SETTINGS_INVALID', `Provided settings are not valid: ${source} does not hold one map`)
}

const encode = (text: string) => new TextEncoder().encode(text)

function isJsonMap(text: string): boolean {
  try {
    return isRecord(JSON.parse(text))
  } catch {
    return false
  }
}
