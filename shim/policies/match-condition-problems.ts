import type { Problem } from '../../util/problems.ts'
import { problemAt } from '../../util/yaml/schema-problems.ts'
import { quoteExpression } from './quote-expression.ts'
import type { PlacedPolicy } from './read-policies.ts'

/**
 * Finds the matchConditions that the API server would refuse for their CEL. The language is loaded only if some policy
 * has conditions: most have none, and start-up is short.
 */
export async function findMatchConditionProblems(policies: readonly PlacedPolicy[]): Promise<Problem[]> {
  const conditional = policies.filter(({ spec }) => (spec.registration?.matchConditions ?? []).length > 0)
  if (conditional.length === 0) return []
  const { compileMatchConditions } = await import('../../evaluator/cel/match-conditions.ts')
  return conditional.flatMap(({ spec, document, fieldsPath }) =>
    (spec.registration?.matchConditions ?? []).flatMap((condition, index) => {
      const compiled = compileMatchConditions([condition])
      if (!('problems' in compiled)) return []
      const path = [...fieldsPath, 'matchConditions', index, 'expression']
      return compiled.problems.map(({ message, position }) =>
        problemAt(document, path, `${quoteExpression(condition.expression, position)}: ${message}`),
      )
    }),
  )
}
