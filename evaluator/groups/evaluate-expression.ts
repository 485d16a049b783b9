import type { GroupExpression } from './expression.ts'

/**
 * What an expression, or a member, comes to. `undecided`: a member failed, or tried to mutate. It counts as false, as in
 * Kubewarden, but its opposite does not count as true: what makes a policy fail must not let a request pass `!member()`.
 */
export type Truth = boolean | 'undecided'

/**
 * Evaluates from left to right, and asks a member only when its answer still matters.
 * @throws what `ask` throws
 */
export async function evaluateExpression(
  expression: GroupExpression,
  ask: (member: string) => Promise<Truth>,
): Promise<Truth> {
  switch (expression.kind) {
    case 'constant':
      return expression.value
    case 'member':
      return ask(expression.name)
    case 'not': {
      const truth = await evaluateExpression(expression.operand, ask)
      return truth === 'undecided' ? truth : !truth
    }
    case 'and':
      return evaluateAnd(expression.operands, ask)
    case 'or':
      return evaluateOr(expression.operands, ask)
    case 'equals':
    case 'differs': {
      const left = await evaluateExpression(expression.left, ask)
      const right = await evaluateExpression(expression.right, ask)
      if (left === 'undecided' || right === 'undecided') return 'undecided'
      return (left === right) === (expression.kind === 'equals')
    }
  }
}

type Ask = (member: string) => Promise<Truth>

async function evaluateAnd(operands: readonly GroupExpression[], ask: Ask): Promise<Truth> {
  for (const operand of operands) {
    const truth = await evaluateExpression(operand, ask)
    if (truth !== true) return truth
  }
  return true
}

async function evaluateOr(operands: readonly GroupExpression[], ask: Ask): Promise<Truth> {
  let otherwise: Truth = false
  for (const operand of operands) {
    const truth = await evaluateExpression(operand, ask)
    if (truth === true) return true
    if (truth === 'undecided') otherwise = truth
  }
  return otherwise
}
