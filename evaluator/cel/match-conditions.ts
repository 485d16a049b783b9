import { type CelProblem, compile, type Program } from './compile.ts'
import type { RequestVariables } from './request-variables.ts'
import { CostExceeded, Meter } from './run/meter.ts'
import { Failure, type Result } from './run/values.ts'

// Kubernetes' own limits: for one expression, and for all of a webhook. https://pkg.go.dev/k8s.io/apiserver/pkg/apis/cel
const COST_OF_ONE = 1_000_000
const COST_OF_ALL = 2_500_000

/** A match condition as a webhook's configuration has it. */
export interface MatchCondition {
  readonly name: string
  readonly expression: string
}

/** What keeps a condition from being compiled. */
export interface ConditionProblem extends CelProblem {
  readonly condition: MatchCondition
}

/** Whether a request matches; or which condition could not be evaluated, and why: then the failure policy decides. */
export type MatchResult =
  | { readonly matches: boolean }
  | { readonly error: { readonly condition: string; readonly message: string } }

interface CompiledCondition extends MatchCondition, Program {}

/** Match conditions, ready for any number of requests. */
export class MatchConditions {
  /** Those that only the API server can answer, for they ask what a user may do. They are not evaluated here. */
  readonly needsAuthorizer: readonly MatchCondition[]
  readonly #conditions: readonly CompiledCondition[]

  constructor(conditions: readonly CompiledCondition[]) {
    this.needsAuthorizer = conditions
      .filter(({ needsAuthorizer }) => needsAuthorizer)
      .map(({ name, expression }) => ({ name, expression }))
    this.#conditions = conditions.filter(({ needsAuthorizer }) => !needsAuthorizer)
  }

  /**
   * Kubernetes' rule: one false condition, and the request does not match, whatever the others do; else the first one
   * that fails is the error; else all are true, and it matches. Never throws.
   */
  evaluate(variables: RequestVariables): MatchResult {
    const results: { name: string; result: Result }[] = []
    let spent = 0
    for (const condition of this.#conditions) {
      const { result, cost } = runProgram(condition, variables)
      spent += cost
      if (spent > COST_OF_ALL) return failed(condition.name, 'validation failed due to running out of cost budget')
      results.push({ name: condition.name, result })
    }
    if (results.some(({ result }) => result === false)) return { matches: false }
    for (const { name, result } of results) if (result !== true) return failed(name, describe(result))
    return { matches: true }
  }
}

/** Compiles match conditions, or says everything that the API server would refuse them for. */
export function compileMatchConditions(
  conditions: readonly MatchCondition[],
): MatchConditions | { readonly problems: readonly ConditionProblem[] } {
  const compiled: CompiledCondition[] = []
  const problems: ConditionProblem[] = []
  for (const condition of conditions) {
    const program = compile(condition.expression)
    if ('problems' in program)
      problems.push(...program.problems.map(({ message, position }) => ({ condition, message, position })))
    else compiled.push({ ...condition, ...program })
  }
  return problems.length > 0 ? { problems } : new MatchConditions(compiled)
}

function runProgram({ run }: Program, variables: RequestVariables): { result: Result; cost: number } {
  const meter = new Meter(COST_OF_ONE)
  const frame = { variable: (name: string) => variables.get(name) ?? null, locals: [], meter }
  try {
    return { result: run(frame), cost: meter.spent }
  } catch (error) {
    if (error instanceof CostExceeded) return { result: new Failure(error.message), cost: meter.spent }
    // a value nested deeper than the stack, a text longer than JavaScript's longest
    if (error instanceof RangeError) return { result: new Failure(error.message), cost: meter.spent }
    throw error
  }
}

const failed = (condition: string, message: string): MatchResult => ({ error: { condition, message } })
const describe = (result: Result) => (result instanceof Failure ? result.message : 'is no bool')
