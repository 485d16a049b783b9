import { annotationKey } from '../../../shim/review/annotation-key.ts'
import { isConditionError, type Outcome } from './normalise.ts'
import type { Outcomes } from './rig.ts'

const DENIED = /^\S.* denied(:|$)/s

/** How the outcomes differ, in words; nothing when they are equal. */
export function findDifferences(
  { 'per-policy': one, combined: other }: Outcomes,
  { extraTurns = false }: { readonly extraTurns?: boolean } = {},
): string[] {
  // Nobody is called when conditions cannot be told; of shared entries those whose own can be told are, and one may deny first.
  if (isConditionError(one)) return other.status < 400 ? [`${one.text}, but ${other.text} with shared entries`] : []
  const verdicts = extraTurns ? onceEach : (all: readonly string[]) => all
  return [
    differ('verdicts', verdicts(one.verdicts), verdicts(other.verdicts)),
    ...findDifferentAnswers(one, other),
    // validating webhooks are called side by side, and warn in the order in which they answer
    differ('warnings', one.warnings.toSorted(), other.warnings.toSorted()),
  ].filter((difference) => difference !== undefined)
}

function findDifferentAnswers(one: Outcome, other: Outcome): (string | undefined)[] {
  const denials = one.verdicts.filter((verdict) => DENIED.test(verdict))
  if (denials.length <= 1)
    return (['status', 'text', 'denials'] as const).map((field) => differ(field, one[field], other[field]))
  // of several webhooks that deny at once the API server reports the one that came back first
  const isOneOfThem = [...one.denials, ...other.denials].every(({ policy }) =>
    denials.some((verdict) => verdict.startsWith(`${policy} denied`)),
  )
  const isDenied = [one, other].every(({ status }) => status >= 400)
  return isOneOfThem && isDenied
    ? []
    : [differ('denials', one.denials, other.denials), differ('status', one.status, other.status)]
}

/** The annotations of policies with an entry each as shared entries would write them. */
export function shareAnnotations(
  annotations: Readonly<Record<string, string>>,
  ids: ReadonlyMap<string, string>,
  entryOf: (id: string) => string | undefined,
): Record<string, string> {
  const shared = Object.entries(annotations).map(([name, value]) => {
    const [webhook = '', key = ''] = name.split('/')
    const id = ids.get(webhook)
    const entry = id === undefined ? undefined : entryOf(id)
    return [entry === undefined ? name : `${entry}/${annotationKey(id ?? '', key)}`, value]
  })
  return Object.fromEntries(shared)
}

// What a policy says when it has nothing left to do tells nothing.
function onceEach(verdicts: readonly string[]): string[] {
  return [...new Set(verdicts)].filter((verdict, _, all) => !all.includes(`${verdict}: mutated`)).sort()
}

function differ(what: string, one: unknown, other: unknown): string | undefined {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)]
  return a === b ? undefined : `${what}: ${a} with an entry each, ${b} with shared ones`
}
