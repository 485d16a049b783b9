import type { Expr } from '../syntax/ast.ts'
import { formatType, type Type } from '../types/type.ts'

/** A dotted name, as what looks like a selection may be one: `authorizer.requestResource`. */
export function qualifiedName(expr: Expr): { names: string[]; isGlobal: boolean } | undefined {
  if (expr.kind === 'ident') return { names: [expr.name], isGlobal: expr.isGlobal }
  if (expr.kind !== 'select' || expr.testOnly) return undefined
  const path = qualifiedName(expr.operand)
  return path && { ...path, names: [...path.names, expr.field] }
}

/** Why a function cannot be called so, in the API server's words. */
export function describeMismatch(name: string, argTypes: readonly Type[], isMember: boolean): string {
  const [first = '', ...rest] = argTypes.map(formatType)
  const applied = isMember ? `${first}.(${rest.join(', ')})` : `(${[first, ...rest].filter(Boolean).join(', ')})`
  return `found no matching overload for '${name}' applied to '${applied}'`
}
