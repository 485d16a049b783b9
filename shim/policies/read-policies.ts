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
  /** Of a group. */
  readonly expression?: PlacedExpression
}

/** The expression of a group, whether or not the rest of the group is good. */
export interface PlacedExpression {
  readonly expression: string
  /** The names of the group's members. */
  readonly members: readonly string[]
  readonly document: YamlDocument
  readonly path: readonly PropertyKey[]
}

/** What a document holds: its good policies, and what is wrong with the others. */
export interface ReadPolicies {
  readonly policies: readonly PlacedPolicy[]
  readonly problems: readonly Problem[]
  /** Those of groups, good and bad, which are still to be checked. */
  readonly expressions?: readonly PlacedExpression[]
  /** What is ignored, of good policies and bad ones. */
  readonly warnings?: readonly Problem[]
}

/** What the files at a path hold, all of it checked. */
export interface ParsedPolicies {
  readonly policies: readonly PlacedPolicy[]
  readonly problems: readonly Problem[]
  /** What nobody means, and what everybody takes. */
  readonly warnings: readonly Problem[]
}

export function joinRead(read: readonly ReadPolicies[]): ReadPolicies {
  return {
    policies: read.flatMap(({ policies }) => policies),
    problems: read.flatMap(({ problems }) => problems),
    expressions: read.flatMap(({ expressions = [] }) => expressions),
    warnings: read.flatMap(({ warnings = [] }) => warnings),
  }
}
