import type { Problem } from '../../util/problems.ts'
import type { YamlDocument } from '../../util/yaml/yaml-document.ts'
import type { PolicySpec } from './policy-spec.ts'

/** A policy and where it was written. */
export interface PlacedPolicy {
  readonly spec: PolicySpec
  readonly document: YamlDocument
  readonly path: readonly PropertyKey[]
  /** Where its webhook fields stand. */
  readonly fieldsPath: readonly PropertyKey[]
  readonly exemptionsPath: readonly PropertyKey[]
}

/** What a document holds: its good policies, and what is wrong with the others. */
export interface ReadPolicies {
  readonly policies: readonly PlacedPolicy[]
  readonly problems: readonly Problem[]
}
