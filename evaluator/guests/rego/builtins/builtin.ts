import type { RegoArray, RegoValue } from '../values/value.ts'

/** What one evaluation has in common for all calls of built-ins. */
export interface Query {
  /** The same instant for all of the policy. */
  readonly now: bigint
  /** What was computed once for a key, and is to be the same when it is asked for again. */
  readonly remembered: Map<string, RegoValue>
  /** Text that the policy printed, for its log. */
  print(text: string): void
}

/**
 * A function of Rego that a module leaves to its host.
 * @throws NotDefined where OPA's own reports an error: without strict errors the call is then undefined.
 */
export type Builtin = (args: RegoArray, query: Query) => RegoValue

/** Built-ins by their names. */
export type Builtins = Readonly<Record<string, Builtin>>

/** The call has no value: a wrong type, or nothing that could be parsed. Any other error ends the evaluation. */
export class NotDefined extends Error {
  static {
    NotDefined.prototype.name = 'NotDefined'
  }
}
