import type { V1LabelSelector, V1MatchCondition, V1RuleWithOperations } from '@kubernetes/client-node'

export type Phase = 'validating' | 'mutating'

/** Who decides a policy's namespaceSelector. */
export type SelectorsBy = 'api-server' | 'shim'

/** How the policies of a set are joined to webhook entries. */
export interface RegistrationPlan {
  /** Mutating ones in the order in which they have to be called. */
  readonly entries: readonly PlannedEntry[]
}

/** A webhook entry, and the policies that answer for it together. Fields as in `admissionregistration.k8s.io/v1`. */
export interface PlannedEntry {
  /** `validate-1`, `mutate-1`: the last segment of its URL. */
  readonly name: string
  readonly phase: Phase
  /** Policy ids; mutating ones are asked in this order. */
  readonly members: readonly string[]
  readonly rules: readonly V1RuleWithOperations[]
  readonly matchPolicy: 'Exact' | 'Equivalent'
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly sideEffects: 'None' | 'NoneOnDryRun'
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
  readonly timeoutSeconds: number
  /** Where all members have the same one. */
  readonly namespaceSelector?: V1LabelSelector
  /** Where all members have the same one. */
  readonly objectSelector?: V1LabelSelector
  /** Where all members have the same ones. */
  readonly matchConditions: readonly V1MatchCondition[]
  /** Why its first member did not join the entries before. */
  readonly apart: readonly { readonly from: string; readonly because: string }[]
}
