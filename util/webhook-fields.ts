import type { V1LabelSelector, V1MatchCondition, V1RuleWithOperations } from '@kubernetes/client-node'

/** The fields of a webhook entry (`admissionregistration.k8s.io/v1`) that belong to one policy; absent: Kubernetes' default. */
export interface WebhookFields {
  readonly rules: readonly V1RuleWithOperations[]
  readonly failurePolicy?: 'Fail' | 'Ignore'
  readonly matchPolicy?: 'Exact' | 'Equivalent'
  readonly objectSelector?: V1LabelSelector
  readonly namespaceSelector?: V1LabelSelector
  readonly matchConditions?: readonly V1MatchCondition[]
  readonly sideEffects?: 'None' | 'NoneOnDryRun'
  /** 1–30, default 10. */
  readonly timeoutSeconds?: number
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
  /** A promise that the shim holds the policy to: it changes labels and annotations, and nothing else of an object. */
  readonly mutates?: 'metadata'
}
