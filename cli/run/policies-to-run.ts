import { statSync } from 'node:fs'
import type { JudgedGroup } from '../../evaluator/groups/judge-group.ts'
import type { ExecutionMode } from '../../evaluator/module/metadata.ts'
import type { PolicyModeOptions } from '../../evaluator/policy-mode.ts'
import type { Exemption } from '../../shim/exemptions/exemption.ts'
import type { GuestSpec, PolicyGroupSpec, PolicySpec } from '../../shim/policies/policy-spec.ts'
import { GatehouseError } from '../../util/errors.ts'
import { throwProblems } from '../../util/problems.ts'
import { isRecord } from '../../util/record.ts'
import { resolveTypedModule } from '../typed-module.ts'

/** A module and how to ask it. */
export interface GuestToRun {
  readonly id: string
  /** An absolute `file://` URL. */
  readonly module: string
  /** How to call a module that does not say so itself; without it, such a module is refused as by the shim. */
  readonly executionMode?: ExecutionMode | 'detect'
  /** A JSON object. */
  readonly settings: Uint8Array
  readonly hostCapabilities: readonly string[]
  /** What the module's metadata says, unless a policies file says it. */
  readonly contextAwareResources?: GuestSpec['contextAwareResources']
  readonly timeoutMs: number
}

/** A policy and how to run it once. */
export interface PolicyToRun extends PolicyModeOptions {
  /** Its own module, or its members'. */
  readonly asks: GuestToRun | { readonly group: JudgedGroup<GuestToRun> }
  readonly exemptions?: readonly Exemption[]
}

export interface PolicyArguments {
  /** A module's file, or a policies file or folder. */
  readonly policy: string
  /** YAML or JSON, and what to call it. */
  readonly settings?: { readonly source: string; readonly text: string }
  readonly executionMode?: ExecutionMode
  /** What a bare module may ask its host for; a policies file says it itself. */
  readonly hostCapabilities: readonly string[]
  readonly timeoutMs: number
}

/** The policies that the command line names. @throws ERR_CLI_USAGE, ERR_POLICIES_INVALID and others */
export async function readPoliciesToRun(args: PolicyArguments): Promise<PolicyToRun[]> {
  return isPoliciesPath(args.policy) ? await readConfiguredPolicies(args) : [await readModulePolicy(args)]
}

/** Whether a path means policies as operators write them, and not a module. */
export const isPoliciesPath = (path: string) =>
  /\.(ya?ml|json)$/.test(path) || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)

// Nobody has limited a bare module: it may mutate.
async function readModulePolicy(args: PolicyArguments): Promise<PolicyToRun> {
  const id = args.policy
  const guest = {
    id,
    module: resolveTypedModule(args.policy),
    settings: args.settings === undefined ? encode('{}') : await parseSettings(args.settings),
    hostCapabilities: args.hostCapabilities,
    // there is no cluster to see anything of
    contextAwareResources: [],
    timeoutMs: args.timeoutMs,
    executionMode: args.executionMode ?? 'detect',
  } as const
  return { id, mode: 'protect', allowedToMutate: true, asks: guest }
}

async function readConfiguredPolicies(args: PolicyArguments): Promise<PolicyToRun[]> {
  if (args.settings !== undefined || args.executionMode !== undefined)
    throw new GatehouseError('ERR_CLI_USAGE', `${args.policy} says settings and modes itself`, {
      hint: 'Leave -s, --settings-json and -e away, or name a .wasm file.',
    })
  const { loadPolicySpecs } = await import('../../shim/policies/load-policy-specs.ts')
  const specs = await loadPolicySpecs(args.policy)
  return await Promise.all(specs.map((spec) => toPolicyToRun(spec, args.timeoutMs)))
}

/** A configured policy; `timeoutMs` is for one that names no limit. */
export async function toPolicyToRun(spec: PolicySpec, timeoutMs: number): Promise<PolicyToRun> {
  const { id, mode, allowedToMutate, exemptions } = spec
  const configured = { id, mode, allowedToMutate, ...(exemptions === undefined ? {} : { exemptions }) }
  if ('members' in spec) return { ...configured, asks: { group: await toGroupToRun(spec, timeoutMs) } }
  const message = spec.message === undefined ? {} : { message: spec.message }
  return { ...configured, ...message, asks: toGuestToRun(spec, timeoutMs) }
}

async function toGroupToRun(spec: PolicyGroupSpec, timeoutMs: number): Promise<JudgedGroup<GuestToRun>> {
  const { compileGroupExpression } = await import('../../evaluator/groups/expression.ts')
  const members = new Map(spec.members.map((member) => [member.name, toGuestToRun(member, timeoutMs)]))
  const compiled = compileGroupExpression(spec.expression, [...members.keys()])
  // policies files with such expressions are refused before they come here
  if ('problems' in compiled) throw new GatehouseError('ERR_POLICIES_INVALID', `${spec.id}: the expression is invalid`)
  return { expression: compiled.expression, message: spec.message, members }
}

function toGuestToRun(spec: GuestSpec, timeoutMs: number): GuestToRun {
  const { id, module, hostCapabilities, contextAwareResources, timeoutEvalSeconds } = spec
  const limitMs = timeoutEvalSeconds === undefined ? timeoutMs : timeoutEvalSeconds * 1000
  const settings = encode(JSON.stringify(spec.settings))
  return { id, module, settings, hostCapabilities, contextAwareResources, timeoutMs: limitMs }
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
