import { compilePattern } from '../library/patterns.ts'
import { Meter } from '../run/meter.ts'
import { plan } from '../run/plan.ts'
import { Failure, type Result } from '../run/values.ts'
import type { Call, Expr, Ident } from '../syntax/ast.ts'
import type { CelProblem } from '../syntax/syntax-problem.ts'
import { walk } from '../syntax/walk.ts'
import { formatType, isOptionalType, isSameType, paramOf, type Type } from '../types/type.ts'
import type { Checked, CheckedCall } from './checker.ts'
import { isConstant, isConversion } from './constants.ts'
import { findFormatProblem } from './format-literal.ts'

const PATTERN_FUNCTIONS = new Set(['matches', 'find', 'findAll'])

/**
 * What the API server refuses because of literals, before it ever evaluates: `duration('x')`, a bad pattern, elements
 * of two types in one list.
 */
export function findLiteralProblems(root: Expr, checked: Checked): CelProblem[] {
  const problems: CelProblem[] = []
  walk(root, (expr, isWithin) => {
    if (expr.kind === 'call') problems.push(...checkCall(expr, checked))
    else if (expr.kind === 'ident') problems.push(...checkName(expr, checked))
    // what is formatted may be of any types
    else if (!isWithin('format')) problems.push(...checkElements(expr, checked))
  })
  return problems
}

// A peculiarity of Go's CEL: it takes a variable for the name of a type, if it holds one.
function checkName(expr: Ident, checked: Checked): CelProblem[] {
  const isVariable = checked.names.get(expr)?.origin === 'local'
  const isType = isVariable && checked.typeOf(expr).kind === 'type'
  return isType ? [{ message: `reference to undefined type: ${expr.name}`, position: expr.position }] : []
}

function checkCall(expr: Call, checked: Checked): CelProblem[] {
  const call = checked.calls.get(expr)
  const message =
    call && (describeConversion(expr, checked) ?? describePattern(call, checked) ?? findFormatProblem(call, checked))
  return message === undefined ? [] : [{ message, position: expr.position }]
}

function describeConversion(expr: Call, checked: Checked): string | undefined {
  const value = isConversion(expr, checked) && isConstant(expr, checked) ? evaluateConstant(expr, checked) : undefined
  return value instanceof Failure ? `invalid ${expr.name} argument: ${value.message}` : undefined
}

function describePattern({ name, args }: CheckedCall, checked: Checked): string | undefined {
  const [, pattern] = args
  if (!PATTERN_FUNCTIONS.has(name) || pattern === undefined || !isConstant(pattern, checked)) return undefined
  const value = evaluateConstant(pattern, checked)
  const compiled = typeof value === 'string' ? compilePattern(value) : undefined
  return compiled instanceof Failure ? `invalid ${name} argument: ${compiled.message}` : undefined
}

// no variable, no cost: it is planned as a value
function evaluateConstant(expr: Expr, checked: Checked): Result {
  return plan(expr, checked)({ variable: () => null, locals: [], meter: new Meter(0) })
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
