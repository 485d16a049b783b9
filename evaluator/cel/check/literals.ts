import { compilePattern } from '../library/patterns.ts'
import { planCall } from '../run/call.ts'
import { Meter } from '../run/meter.ts'
import { Failure, type Value } from '../run/values.ts'
import type { Call, Expr } from '../syntax/ast.ts'
import type { CelProblem } from '../syntax/syntax-problem.ts'
import { walk } from '../syntax/walk.ts'
import { formatType, isOptionalType, isSameType, paramOf, type Type } from '../types/type.ts'
import type { Checked, CheckedCall } from './checker.ts'
import { findFormatProblem } from './format-literal.ts'

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
const PATTERN_FUNCTIONS = new Set(['matches', 'find', 'findAll'])

/**
 * What the API server refuses because of literals, before it ever evaluates: `duration('x')`, a bad pattern, elements
 * of two types in one list.
 */
export function findLiteralProblems(root: Expr, checked: Checked): CelProblem[] {
  const problems: CelProblem[] = []
  walk(root, (expr, isWithin) => {
    if (expr.kind === 'call') problems.push(...checkCall(expr, checked))
    // what is formatted may be of any types
    else if (!isWithin('format')) problems.push(...checkElements(expr, checked))
  })
  return problems
}

function checkCall(expr: Call, checked: Checked): CelProblem[] {
  const call = checked.calls.get(expr)
  const message = call && (describeConversion(call) ?? describePattern(call) ?? findFormatProblem(call, checked))
  return message === undefined ? [] : [{ message, position: expr.position }]
}

function describeConversion(call: CheckedCall): string | undefined {
  const value = literalOf(call.args[0])
  if (!CONVERSIONS.has(call.name) || call.args.length !== 1 || value === undefined) return undefined
  const frame = { variable: () => null, locals: [], meter: new Meter(Number.MAX_VALUE) }
  const result = planCall(call, [() => value])(frame)
  return result instanceof Failure ? `invalid ${call.name} argument: ${result.message}` : undefined
}

function describePattern({ name, args }: CheckedCall): string | undefined {
  const pattern = PATTERN_FUNCTIONS.has(name) ? literalOf(args[1]) : undefined
  const compiled = typeof pattern === 'string' ? compilePattern(pattern) : undefined
  return compiled instanceof Failure ? `invalid ${name} argument: ${compiled.message}` : undefined
}

function checkElements(expr: Expr, checked: Checked): CelProblem[] {
  if (expr.kind === 'list') return checkAlike(expr.elements, checked)
  if (expr.kind !== 'map') return []
  const keys = expr.entries.map(({ key }) => ({ value: key, isOptional: false }))
  return [...checkAlike(keys, checked), ...checkAlike(expr.entries, checked)]
}

function checkAlike(elements: readonly { value: Expr; isOptional: boolean }[], checked: Checked): CelProblem[] {
  const typed = elements.map(({ value, isOptional }) => ({
    value,
    type: elementType(checked.typeOf(value), isOptional),
  }))
  const first = typed[0]
  const other = first && typed.find(({ type }) => !isSameType(type, first.type))
  if (first === undefined || other === undefined) return []
  const message = `expected type '${formatType(first.type)}' but found '${formatType(other.type)}'`
  return [{ message, position: other.value.position }]
}

const elementType = (type: Type, isOptional: boolean) => (isOptional && isOptionalType(type) ? paramOf(type, 0) : type)

const literalOf = (expr: Expr | undefined): Value | undefined => (expr?.kind === 'literal' ? expr.value : undefined)
