import type { WebhookFields } from '../util/webhook-fields.ts'
import { creationsOf } from './bench-object.ts'
import type { ServedPolicy } from './experiment.ts'
import { selectRows } from './objects.ts'
import { type BenchPolicy, POD_PRIVILEGED, requireLabels } from './policies.ts'
import { IN_PROCESS_SERVERS, type InProcessRole } from './rows.ts'

/** So many policies that are asked about one request. */
export interface PolicySet {
  readonly count: number
  readonly members: readonly SetMember[]
}

export interface SetMember {
  /** `n13-07`. */
  readonly id: string
  readonly rule: BenchPolicy
  /** As combined entries have them. */
  readonly fields: WebhookFields
  readonly served: ServedPolicy
}

/** By CEL in process, as many calls of the floor, an entry each, one entry for all; our own API servers. */
export type PathName = 'cel' | 'floor' | 'policies' | 'combined' | InProcessRole

/** The row of a path and so many policies; the floor's single call is a row of every run. */
export function rowOf(path: PathName, count: number): string {
  return path === 'floor' && count === 1 ? 'floor' : `${path}-${count}`
}

/**
 * Distinct policies: each a module of its own with a rule of its own, which one Pod alone can break. Sets share rules and
 * modules, so the smaller one is the start of the larger one.
 */
export function policySet(count: number): PolicySet {
  const fields: WebhookFields = {
    rules: creationsOf('Pod'),
    namespaceSelector: keepApart(count),
    objectSelector: selectRows(rowOf('combined', count)),
  }
  const members = Array.from({ length: count }, (_, index): SetMember => {
    const number = twoDigits(index + 1)
    const rule = index === 0 ? POD_PRIVILEGED : requireLabels('app', ruleLabel(number))
    return {
      id: `n${twoDigits(count)}-${number}`,
      rule,
      fields,
      served: { sample: rule.sample, mark: `rule ${number}`, settings: rule.settings, fields },
    }
  })
  return { count, members }
}

/** What plugin/in-process is told of a set. */
export function pluginPoliciesOf({ count, members }: PolicySet): [id: string, policy: ServedPolicy][] {
  const objectSelector = selectRows(...IN_PROCESS_SERVERS.map((role) => rowOf(role, count)))
  return members.map(({ id, served }) => [id, { ...served, fields: { rules: creationsOf('Pod'), objectSelector } }])
}

/** The labels that the first so many rules want. */
export function labelsFor(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [ruleLabel(twoDigits(index + 1)), 'yes']))
}

// Selects every namespace. Sets that differ in it never share an entry, so one shim can serve all of them.
function keepApart(count: number) {
  const requirement = { key: 'bench.gatehouse.internal/not-for', operator: 'NotIn', values: [rowOf('combined', count)] }
  return { matchExpressions: [requirement] }
}

function ruleLabel(number: string): string {
  return `rule-${number}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
