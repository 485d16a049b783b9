import { messageOf } from '../../util/errors.ts'
import type { MatchConditions, MatchResult } from '../cel/match-conditions.ts'
import { type LabelSelector, selectsEverything, selectsLabels } from './label-selector.ts'
import type { Match } from './match.ts'
import type { MatchableRequest } from './matchable-request.ts'
import { matchesRules, type Rule } from './rules.ts'

/** What a webhook entry says of the requests that it is for, as far as one policy is concerned. */
export interface MatchFields {
  readonly rules: readonly Rule[]
  readonly matchPolicy?: 'Exact' | 'Equivalent'
  readonly objectSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[]
}

const MATCHES: Match = { matches: true }
const DIFFERS: Match = { matches: false }
const BROKEN: MatchResult = { error: { condition: '', message: 'the expression does not compile' } }

/** Makes a policy's matcher. The expression language is large and is loaded only for those that have conditions. */
export async function createMatcher(fields: MatchFields): Promise<PolicyMatcher> {
  const { matchConditions = [] } = fields
  if (matchConditions.length === 0) return new PolicyMatcher(fields)
  const { compileMatchConditions } = await import('../cel/match-conditions.ts')
  const compiled = compileMatchConditions(matchConditions)
  // policies files with such conditions are refused before they come here
  if ('problems' in compiled) return new PolicyMatcher(fields, { evaluate: () => BROKEN })
  return new PolicyMatcher(fields, compiled)
}

/** Decides for one policy what the API server decides for a webhook entry, in its order: selectors, rules, conditions. */
export class PolicyMatcher {
  readonly #fields: MatchFields
  readonly #conditions: Pick<MatchConditions, 'evaluate'> | undefined
  /** Tells matchers apart that may differ in what they say to a request. */
  readonly #key: string

  constructor(fields: MatchFields, conditions?: Pick<MatchConditions, 'evaluate'>) {
    this.#fields = fields
    this.#conditions = conditions
    const { rules, matchPolicy, objectSelector, namespaceSelector, matchConditions } = fields
    this.#key = JSON.stringify([rules, matchPolicy, objectSelector, namespaceSelector, matchConditions])
  }

  /**
   * Conditions that ask what a user may do are the API server's to evaluate, and count as true here. Never throws. Policies that
   * share an entry often say the same of it, and one of them is enough to find out.
   */
  match(request: MatchableRequest): Match {
    const known = request.matches.get(this.#key) ?? this.#find(request)
    request.matches.set(this.#key, known)
    return known
  }

  #find(request: MatchableRequest): Match {
    try {
      const isConcerned =
        this.#matchesRules(request) && this.#selectsNamespace(request) && selectsObject(this.#fields, request)
      return isConcerned ? this.#meetsConditions(request) : DIFFERS
    } catch (error) {
      // an object of more values than anybody should hold in memory
      return { error: messageOf(error) }
    }
  }

  /** Whether the labels of a namespace decide about the request, so that somebody has to know them. */
  looksAtNamespace(request: MatchableRequest): boolean {
    const { namespaceSelector = {} } = this.#fields
    return !selectsEverything(namespaceSelector) && liesInNamespace(request) && this.#matchesRules(request)
  }

  #meetsConditions(request: MatchableRequest): Match {
    if (this.#conditions === undefined) return MATCHES
    const result = this.#conditions.evaluate(request.variables)
    if ('matches' in result) return result
    const { condition, message } = result.error
    return { error: `matchCondition ${condition}: ${message}` }
  }

  #matchesRules({ asked, delivered }: MatchableRequest): boolean {
    const { rules, matchPolicy } = this.#fields
    return matchesRules(rules, asked) || (matchPolicy !== 'Exact' && matchesRules(rules, delivered))
  }

  /**
   * A Namespace that is written has its own labels to go by, everything else in a namespace those of the namespace. Objects
   * of the cluster are selected always.
   */
  #selectsNamespace(request: MatchableRequest): boolean {
    const { namespaceSelector = {} } = this.#fields
    if (selectsEverything(namespaceSelector)) return true
    const labels = isWrittenNamespace(request) ? request.labels.object : request.namespaceLabels
    return labels === undefined || selectsLabels(namespaceSelector, labels)
  }
}

// https://pkg.go.dev/k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/namespace
function liesInNamespace(request: MatchableRequest): boolean {
  const { resource, namespace = '' } = request.asked
  return (namespace !== '' || resource.resource === 'namespaces') && !isWrittenNamespace(request)
}

function isWrittenNamespace({ asked: { resource, subResource = '', operation } }: MatchableRequest): boolean {
  return resource.resource === 'namespaces' && subResource === '' && (operation === 'CREATE' || operation === 'UPDATE')
}

/** Either the object or the one that it replaces: a label that is taken away does not lead past a policy. */
function selectsObject({ objectSelector = {} }: MatchFields, request: MatchableRequest): boolean {
  if (selectsEverything(objectSelector)) return true
  const { object, oldObject } = request.labels
  return [object, oldObject].some((labels) => labels !== undefined && selectsLabels(objectSelector, labels))
}
