import { type Checked, check } from './check/checker.ts'
import { findLiteralProblems } from './check/literals.ts'
import { AUTHORIZER_VARIABLES, matchConditionEnvironment } from './environment.ts'
import type { Step } from './run/frame.ts'
import { plan } from './run/plan.ts'
import { parse } from './syntax/parser.ts'
import { type CelProblem, CelSyntaxError } from './syntax/syntax-problem.ts'
import { formatType } from './types/type.ts'

export type { CelProblem } from './syntax/syntax-problem.ts'

/** An expression that is true or false of a request. */
export interface Program {
  readonly run: Step
  /** Whether it asks what a user may do, which only the API server knows. */
  readonly needsAuthorizer: boolean
}

/** Compiles an expression, or says all that the API server would refuse it for. Never throws. */
export function compile(expression: string): Program | { readonly problems: readonly CelProblem[] } {
  try {
    return compileParsed(expression)
  } catch (error) {
    if (error instanceof CelSyntaxError) return { problems: [error] }
    // deeper than the stack, in spite of the limits on depth
    if (error instanceof RangeError) return { problems: [{ message: 'is nested too deeply', position: 0 }] }
    throw error
  }
}

function compileParsed(expression: string): Program | { readonly problems: readonly CelProblem[] } {
  const ast = parse(expression)
  const checked = check(ast, matchConditionEnvironment())
  if (checked.problems.length > 0) return { problems: checked.problems }
  const type = checked.typeOf(ast)
  if (type.name !== 'bool')
    return { problems: [{ message: `must evaluate to bool but got ${formatType(type)}`, position: 0 }] }
  const problems = findLiteralProblems(ast, checked)
  if (problems.length > 0) return { problems }
  return { run: plan(ast, checked), needsAuthorizer: asksAuthorizer(checked) }
}

function asksAuthorizer({ names }: Checked): boolean {
  return [...names.values()].some(({ origin, name }) => origin === 'variable' && AUTHORIZER_VARIABLES.has(name))
}
