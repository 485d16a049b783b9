import type { Expr } from '../syntax/ast.ts'
import { partsOf } from '../syntax/walk.ts'
import type { Checked } from './checker.ts'

const CONVERSIONS = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
])

/**
 * Whether the API server evaluates an expression when it compiles: literals, lists and maps of them, the names of
 * types, and conversions of all these. What it says of it then is a refusal, and evaluating it costs nothing.
 */
export function isConstant(expr: Expr, checked: Checked): boolean {
  switch (expr.kind) {
    case 'ident':
    case 'select':
      return checked.names.get(expr)?.origin === 'type'
    case 'call':
      return isConversion(expr, checked) && partsAreConstant(expr, checked)
    case 'comprehension':
      return false
    default:
      return partsAreConstant(expr, checked)
  }
}

/** Whether an expression is a call of a conversion, such as `int(x)`. */
export function isConversion(expr: Expr, { calls }: Checked): boolean {
  const call = calls.get(expr)
  return call !== undefined && CONVERSIONS.has(call.name) && call.args.length === 1
}

const partsAreConstant = (expr: Expr, checked: Checked) => partsOf(expr).every((part) => isConstant(part, checked))
