import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'
import { loadPolicySpecs } from '../../shim/policies/load-policy-specs.ts'
import { describeUnusableModule, resolveModule } from '../../shim/policies/module-source.ts'
import { GatehouseError } from '../../util/errors.ts'
import { type PreparedPolicy, preparePolicy } from '../evaluation/ask-policy.ts'
import { type GuestToRun, type PolicyToRun, toPolicyToRun } from '../run/policies-to-run.ts'
import { besideTestFile } from './beside-test-file.ts'
import type { TestFileSource } from './test-file-schema.ts'

/**
 * The policy as a case asks it: its modules under ids that begin with the case's, and with other settings if the case has
 * them. @throws ERR_SETTINGS_INVALID for settings of a group
 */
export type PolicyUnderTest = (caseId: string, settings?: Readonly<Record<string, unknown>>) => PreparedPolicy

/** What a command says about all policies that it tests. */
export interface TestedPolicyOptions {
  /** For a policy that says nothing itself. */
  readonly timeoutMs: number
  /** How modules are reached that are not files. */
  readonly access: ModuleAccess
}

export interface PolicyUnderTestOptions extends TestedPolicyOptions {
  /** The test file, against which paths are resolved. */
  readonly file: string
}

/** Reads and compiles what a test file calls its policy. @throws ERR_POLICIES_INVALID, ERR_MODULE_SOURCE and others */
export async function preparePolicyUnderTest(
  source: TestFileSource['policy'],
  options: PolicyUnderTestOptions,
): Promise<PolicyUnderTest> {
  const policy = await preparePolicy(await findPolicy(source, options), options.access)
  return (caseId, settings) => ({ ...policy, asked: forCase(policy.asked, caseId, settings) })
}

function forCase(
  asked: PreparedPolicy['asked'],
  caseId: string,
  settings: Readonly<Record<string, unknown>> | undefined,
): PreparedPolicy['asked'] {
  if (!('group' in asked)) {
    const own = settings === undefined ? {} : { settings: new TextEncoder().encode(JSON.stringify(settings)) }
    return { ...asked, evaluated: { ...asked.evaluated, ...own, id: caseId } }
  }
  if (settings !== undefined)
    throw new GatehouseError('ERR_SETTINGS_INVALID', 'cannot be given here: the members of a group have their own')
  const members = [...asked.group.members].map(([name, member]) => {
    const evaluated = { ...member.evaluated, id: `${caseId}/${name}` }
    return [name, { ...member, evaluated }] as const
  })
  return { group: { ...asked.group, members: new Map(members) } }
}

async function findPolicy(
  { module = '', executionMode, file, id }: TestFileSource['policy'],
  options: PolicyUnderTestOptions,
): Promise<PolicyToRun> {
  if (file === undefined) return modulePolicy(module, executionMode ?? 'detect', options)
  const path = besideTestFile(options.file, file)
  const specs = await loadPolicySpecs(path)
  const spec = specs.find((spec) => spec.id === id)
  if (spec !== undefined) return await toPolicyToRun(spec, options.timeoutMs)
  throw new GatehouseError('ERR_POLICY_UNKNOWN', `${path} has no policy ${id}; it has ${listIds(specs)}`)
}

// As `gatehouse run` takes a bare module: it may mutate.
function modulePolicy(
  reference: string,
  executionMode: NonNullable<GuestToRun['executionMode']>,
  { file, timeoutMs }: PolicyUnderTestOptions,
): PolicyToRun {
  const problem = describeUnusableModule(reference)
  if (problem !== undefined) throw new GatehouseError('ERR_MODULE_SOURCE', problem)
  const guest = {
    id: reference,
    module: resolveModule(reference, file),
    executionMode,
    settings: new TextEncoder().encode('{}'),
    hostCapabilities: ['*'],
    timeoutMs,
  }
  return { id: reference, mode: 'protect', allowedToMutate: true, asks: guest }
}

function listIds(specs: readonly { readonly id: string }[]): string {
  return specs.length === 0 ? 'none' : specs.map(({ id }) => id).join(', ')
}
