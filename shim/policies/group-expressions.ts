import type { Problem } from '../../util/problems.ts'
import { problemAt } from '../../util/yaml/schema-problems.ts'
import { quoteExpression } from './quote-expression.ts'
import type { PlacedExpression } from './read-policies.ts'

/** What is to be said of the expressions of groups. */
export interface ExpressionFindings {
  /** The expressions that cannot be evaluated, and why. */
  readonly refused: ReadonlyMap<PlacedExpression, readonly Problem[]>
  /** Members that no expression asks: Kubewarden takes them, and nobody means them. */
  readonly unused: readonly Problem[]
}

/** Checks the expressions of groups. The language is loaded only if there is one. */
export async function checkGroupExpressions(expressions: readonly PlacedExpression[]): Promise<ExpressionFindings> {
  if (expressions.length === 0) return { refused: new Map(), unused: [] }
  const { compileGroupExpression } = await import('../../evaluator/groups/expression.ts')
  const refused = new Map<PlacedExpression, readonly Problem[]>()
  const unused: Problem[] = []
  for (const placed of expressions) {
    const { expression, members, document, path } = placed
    const compiled = compileGroupExpression(expression, members)
    if ('problems' in compiled) {
      const problems = compiled.problems.map(({ message, position }) =>
        problemAt(document, path, `${quoteExpression(expression, position)}: ${message}`),
      )
      refused.set(placed, problems)
    } else {
      const memberPath = (name: string) => [...path.slice(0, -1), 'policies', name]
      unused.push(...compiled.unused.map((name) => problemAt(document, memberPath(name), 'is asked by no expression')))
    }
  }
  return { refused, unused }
}
