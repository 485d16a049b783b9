import { type CompiledExpression, compileGroupExpression } from '../../evaluator/groups/expression.ts'
import type { JudgedGroup } from '../../evaluator/groups/judge-group.ts'
import type { Log } from '../../util/log.ts'
import type { PolicyGroupSpec } from '../policies/policy-spec.ts'
import { type LoadGuestOptions, loadGuest } from './load-guest.ts'
import type { LoadedGuest, LoadFailure } from './policy-set.ts'

/** Loads every member of a group; a group of which any is bad is bad as a whole. @throws the signal's reason */
export async function loadGroup(
  spec: PolicyGroupSpec,
  options: LoadGuestOptions,
): Promise<{ readonly group: JudgedGroup<LoadedGuest> } | { readonly failures: readonly LoadFailure[] }> {
  const compiled = compileGroupExpression(spec.expression, membersOf(spec))
  const failures: LoadFailure[] = 'problems' in compiled ? [refuseExpression(compiled.problems)] : []
  const members = new Map<string, LoadedGuest>()
  // one after the other: as many policies are loaded at once as there are threads
  for (const member of spec.members) {
    const loaded = await loadGuest(member, options)
    if ('evaluated' in loaded) members.set(member.name, loaded)
    else failures.push(nameMember(loaded, member.name))
  }
  if ('problems' in compiled || failures.length > 0) return { failures }
  tellUnused(spec.id, compiled, options.log)
  return { group: { expression: compiled.expression, message: spec.message, members } }
}

const membersOf = ({ members }: PolicyGroupSpec) => members.map(({ name }) => name)

// policies files with such expressions are refused before they come here
function refuseExpression(problems: readonly { readonly message: string }[]): LoadFailure {
  const error = `expression: ${problems.map(({ message }) => message).join('; ')}`
  return { state: 'not-loaded', path: ['expression'], error }
}

function nameMember({ state, path, error }: LoadFailure, name: string): LoadFailure {
  return { state, path: ['policies', name, ...path], member: name, error }
}

function tellUnused(policyId: string, { unused }: CompiledExpression, log: Log): void {
  for (const member of unused) log.warn({ policyId, member }, "the group's expression never asks this member")
}
