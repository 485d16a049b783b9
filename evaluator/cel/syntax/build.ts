import type { Value } from '../run/values.ts'
import type { Call, Comprehension, Expr, Ident, ListExpr, Literal, MapExpr, Select } from './ast.ts'
import { CelSyntaxError } from './syntax-problem.ts'

// Checking and evaluating recurse over the tree; a chain of operators grows it by one level each.
const MAX_DEPTH = 1000

const deepest = (children: readonly Expr[]) => children.reduce((depth, child) => Math.max(depth, child.depth), 0)

function depthOver(children: readonly Expr[], position: number): number {
  const depth = deepest(children) + 1
  if (depth > MAX_DEPTH) throw new CelSyntaxError(`is nested deeper than ${MAX_DEPTH} levels`, position)
  return depth
}

export const literal = (value: Value, position: number): Literal => ({ kind: 'literal', value, position, depth: 1 })

export const ident = (name: string, position: number, isGlobal = false): Ident => ({
  kind: 'ident',
  name,
  isGlobal,
  position,
  depth: 1,
})

export function select(operand: Expr, field: string, testOnly = false): Select {
  const { position } = operand
  return { kind: 'select', operand, field, testOnly, position, depth: depthOver([operand], position) }
}

export function call(name: string, args: readonly Expr[], position: number): Call {
  return { kind: 'call', name, args, position, depth: depthOver(args, position) }
}

export function memberCall(name: string, target: Expr, args: readonly Expr[]): Call {
  const { position } = target
  return { kind: 'call', name, target, args, position, depth: depthOver([target, ...args], position) }
}

export function list(elements: ListExpr['elements'], position: number): ListExpr {
  const depth = depthOver(
    elements.map(({ value }) => value),
    position,
  )
  return { kind: 'list', elements, position, depth }
}

export function map(entries: MapExpr['entries'], position: number): MapExpr {
  const depth = depthOver(
    entries.flatMap(({ key, value }) => [key, value]),
    position,
  )
  return { kind: 'map', entries, position, depth }
}

export function comprehension(parts: Omit<Comprehension, 'kind' | 'depth'>): Comprehension {
  const { range, init, condition, step, result, position } = parts
  return { kind: 'comprehension', ...parts, depth: depthOver([range, init, condition, step, result], position) }
}
