import type { WebhookPolicy } from '../webhook-policy.ts'
import { canonicalSelector } from './canonical.ts'
import type { Phase, PlannedEntry, SelectorsBy } from './registration-plan.ts'
import { EVERY_VERSION, overlap, type VersionClaims } from './version-claims.ts'

/** A policy as it is planned with. */
export interface PlannedPolicy {
  readonly policy: WebhookPolicy
  readonly claims: VersionClaims
  readonly selectors: SelectorsBy
}

export interface EntryDraftOptions {
  readonly phase: Phase
  /** Counted within its phase, from 1. */
  readonly number: number
  readonly first: PlannedPolicy
  /** What kept the first member out of each of the entries before. */
  readonly obstacles: readonly (string | undefined)[]
}

// The API server's own: https://pkg.go.dev/k8s.io/api/admissionregistration/v1#ValidatingWebhook
const DEFAULT_TIMEOUT_SECONDS = 10
const MAX_TIMEOUT_SECONDS = 30
/** What an evaluation may take unless its policy says otherwise. */
const EVALUATION_SECONDS = 2

const URL_WORDS = { validating: 'validate', mutating: 'mutate' } as const

/** An entry that policies still join. */
export class EntryDraft {
  readonly #options: EntryDraftOptions
  readonly #members: PlannedPolicy[]

  constructor(options: EntryDraftOptions) {
    this.#options = options
    this.#members = [options.first]
  }

  get #name(): string {
    const { phase, number } = this.#options
    return `${URL_WORDS[phase]}-${number}`
  }

  add(policy: PlannedPolicy): void {
    this.#members.push(policy)
  }

  /** Why the policy cannot join; undefined when it can. */
  findObstacle(candidate: PlannedPolicy, later: readonly EntryDraft[]): string | undefined {
    return (
      this.#findOtherField(candidate) ??
      this.#findOtherVersion(candidate) ??
      (this.#options.phase === 'mutating' ? this.#findOrderProblem(candidate, later) : undefined)
    )
  }

  toEntry(): PlannedEntry {
    const { phase, obstacles, first } = this.#options
    const policies = this.#members.map(({ policy }) => policy)
    const { failurePolicy = 'Fail', sideEffects = 'None', reinvocationPolicy, namespaceSelector } = first.policy
    const { objectSelector, matchConditions = [] } = first.policy
    const isShared = (text: (policy: WebhookPolicy) => string) => new Set(policies.map(text)).size === 1
    // what all members ask for, the API server may decide even where the shim could
    const selectsNamespaces = namespaceSelector !== undefined && isShared(namespaceSelectorOf)
    return {
      name: this.#name,
      phase,
      members: policies.map(({ id }) => id),
      rules: distinct(policies.flatMap(({ rules }) => [...rules])),
      matchPolicy: policies.every(({ matchPolicy }) => matchPolicy === 'Exact') ? 'Exact' : 'Equivalent',
      failurePolicy,
      sideEffects,
      ...(phase === 'mutating' && { reinvocationPolicy: reinvocationPolicy ?? 'Never' }),
      timeoutSeconds: this.#timeoutSeconds(),
      ...(selectsNamespaces && { namespaceSelector }),
      ...(objectSelector !== undefined && isShared(objectSelectorOf) && { objectSelector }),
      matchConditions: isShared(conditionsOf) ? matchConditions : [],
      apart: obstacles.map((because = '', index) => ({ from: `${URL_WORDS[phase]}-${index + 1}`, because })),
    }
  }

  #findOtherField({ policy, selectors }: PlannedPolicy): string | undefined {
    const [{ policy: first } = { policy }] = this.#members
    const differing = Object.entries(FIELDS).find(([, read]) => read(policy) !== read(first))
    if (differing !== undefined) return `${differing[0]} is ${differing[1](policy) || 'absent'}`
    if (
      selectors === 'shim' ||
      canonicalSelector(policy.namespaceSelector) === canonicalSelector(first.namespaceSelector)
    )
      return undefined
    return `namespaceSelector is ${canonicalSelector(policy.namespaceSelector) || 'absent'}`
  }

  #findOtherVersion(candidate: PlannedPolicy): string | undefined {
    const converted = [candidate, ...this.#members].filter((member) => !isExact(member))
    // nobody wants an object converted
    if (converted.length === 0) return undefined
    for (const member of this.#members) {
      const point = findDifference(candidate.claims, member.claims)
      if (point !== undefined) return `takes another version than ${member.policy.id} (${point.trim()})`
    }
    const exact = [candidate, ...this.#members].filter(isExact)
    const alone = exact
      .flatMap(({ claims }) => [...claims])
      .find(([point, versions]) => isAlone(point, versions, converted))
    return alone && `matchPolicy is Exact where others are Equivalent (${alone[0].trim()})`
  }

  // Between two mutating webhooks the API server decodes, prunes and defaults, which we cannot.
  #findOrderProblem(candidate: PlannedPolicy, later: readonly EntryDraft[]): string | undefined {
    const isBefore = (member: PlannedPolicy) => overlap(member.claims, candidate.claims)
    const overtaken = later.flatMap((draft) => draft.#members).find(isBefore)
    if (overtaken !== undefined) return `is asked after ${overtaken.policy.id}`
    const unknown = this.#members.find((member) => !isPlain(member) && isBefore(member))
    if (unknown !== undefined) return `has to see what the API server makes of the changes of ${unknown.policy.id}`
    const reinvoked = candidate.policy.reinvocationPolicy === 'IfNeeded' && !isPlain(candidate)
    const first = reinvoked ? this.#members.find(isBefore) : undefined
    if (first !== undefined) return `may be followed by another turn of ${first.policy.id}`
    const seconds = sum([candidate, ...this.#members.filter(isBefore)].map(budgetOf))
    return seconds > MAX_TIMEOUT_SECONDS ? `timeouts add up to ${seconds} s` : undefined
  }

  #timeoutSeconds(): number {
    const timeouts = this.#members.map(({ policy }) => policy.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS)
    const longest = Math.max(...timeouts)
    if (this.#options.phase === 'validating' || this.#members.length === 1) return longest
    const budgets = this.#members.map((member) =>
      sum(this.#members.filter(({ claims }) => overlap(claims, member.claims)).map(budgetOf)),
    )
    return Math.min(MAX_TIMEOUT_SECONDS, Math.max(longest, ...budgets))
  }
}

const isExact = ({ policy }: PlannedPolicy) => policy.matchPolicy === 'Exact'

// For the sake of an exact policy nothing may be converted: that alone could fail a request which nobody asks about.
function isAlone(point: string, versions: string, converted: readonly PlannedPolicy[]): boolean {
  return versions !== EVERY_VERSION && !converted.some(({ claims }) => claims.has(point))
}

const FIELDS: Readonly<Record<string, (policy: WebhookPolicy) => string>> = {
  failurePolicy: ({ failurePolicy = 'Fail' }) => failurePolicy,
  sideEffects: ({ sideEffects = 'None' }) => sideEffects,
  reinvocationPolicy: ({ reinvocationPolicy = 'Never' }) => reinvocationPolicy,
  // only the API server can answer these
  'matchConditions about authorizer': (policy) =>
    (policy.matchConditions ?? []).some(({ expression }) => /\bauthorizer\b/.test(expression))
      ? conditionsOf(policy)
      : '',
}

const conditionsOf = ({ matchConditions = [] }: WebhookPolicy) => JSON.stringify(matchConditions)
const namespaceSelectorOf = ({ namespaceSelector }: WebhookPolicy) => canonicalSelector(namespaceSelector)
const objectSelectorOf = ({ objectSelector }: WebhookPolicy) => canonicalSelector(objectSelector)

/** Whose changes the API server would hand on as they are. */
function isPlain({ policy }: PlannedPolicy): boolean {
  return policy.mutates === 'metadata'
}

// A member that is asked again may take its time twice.
function budgetOf({ policy }: PlannedPolicy): number {
  const { timeoutSeconds, timeoutEvalSeconds = EVALUATION_SECONDS, reinvocationPolicy } = policy
  return (timeoutSeconds ?? timeoutEvalSeconds) * (reinvocationPolicy === 'IfNeeded' ? 2 : 1)
}

function findDifference(one: VersionClaims, other: VersionClaims): string | undefined {
  const [fewer, more] = one.size < other.size ? [one, other] : [other, one]
  return fewer.keys().find((point) => more.has(point) && more.get(point) !== fewer.get(point))
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
