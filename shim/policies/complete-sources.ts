import { type Problem, throwProblems } from '../../util/problems.ts'
import { problemAt } from '../../util/yaml/schema-problems.ts'
import type { ModuleContents, ReadModules } from '../modules/module-content.ts'
import { pullModules } from '../modules/pull-modules.ts'
import { describeUnreadable, readModules } from './module-source.ts'
import { parsePolicies } from './parse-policies.ts'
import type { PolicySources } from './policies-snapshot.ts'
import { readPolicyFiles } from './policy-files.ts'
import { isGroup } from './policy-spec.ts'
import type { PlacedPolicy } from './read-policies.ts'

const HINT =
  'Webhook entries that policies share are named by the bytes of all modules. Put the modules where they are named, or use --registration per-policy.'

/**
 * Policies and the bytes of every module, for who names the set to an API server: a name that counts a module nobody has read
 * is that of no set that a shim serves. @throws ERR_FILE_READ, ERR_POLICIES_INVALID, ERR_MODULE_SOURCE with every module that
 * cannot be had
 */
export async function readCompleteSources(path: string, read: ReadModules = pullModules()): Promise<PolicySources> {
  const { policies, problems } = await parsePolicies(path, await readPolicyFiles(path))
  throwProblems('ERR_POLICIES_INVALID', problems)
  const specs = policies.map(({ spec }) => spec)
  const modules = await readModules(specs, read)
  const missing = policies.flatMap((policy) => findMissing(policy, modules))
  throwProblems('ERR_MODULE_SOURCE', missing, HINT)
  return { specs, modules }
}

function findMissing({ spec, document, fieldsPath }: PlacedPolicy, modules: ModuleContents): Problem[] {
  const guests = isGroup(spec)
    ? spec.members.map((member) => ({ guest: member, path: ['policies', member.name, 'module'] }))
    : [{ guest: spec, path: ['module'] }]
  return guests.flatMap(({ guest, path }) => {
    const message = describeUnreadable(guest, modules)
    return message === undefined ? [] : [problemAt(document, [...fieldsPath, ...path], message)]
  })
}
