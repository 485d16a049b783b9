import type { Checked, CheckedCall } from '../check/checker.ts'
import { isConstant } from '../check/constants.ts'
import { type Call, type Expr, type Literal, OPERATORS, type Select } from '../syntax/ast.ts'
import { planList, planMap } from './aggregates.ts'
import { planCall } from './call.ts'
import { planAnd, planConditional, planNotStrictlyFalse, planOptionalOr, planOr } from './control.ts'
import { planComprehension } from './fold.ts'
import type { Step } from './frame.ts'
import { Meter } from './meter.ts'
import type { PlanParts, Slots } from './plan-parts.ts'
import { follow, isPresent, type Qualifier } from './select.ts'
import { Failure, TypeValue, type Value } from './values.ts'

/** Turns a checked expression into steps, so that names and overloads are looked up once. */
export function plan(expr: Expr, checked: Checked): Step {
  return new Planner(checked).plan(expr, new Map())
}

const SPECIAL: Readonly<Record<string, (args: readonly Step[], name: string) => Step>> = {
  [OPERATORS.and]: planAnd,
  [OPERATORS.or]: planOr,
  [OPERATORS.conditional]: planConditional,
  [OPERATORS.notStrictlyFalse]: planNotStrictlyFalse,
  or: planOptionalOr,
  orValue: planOptionalOr,
}

const INDEXING = new Set<string>([OPERATORS.index, OPERATORS.optionalIndex, OPERATORS.optionalSelect])

class Planner implements PlanParts {
  readonly #checked: Checked

  constructor(checked: Checked) {
    this.#checked = checked
  }

  plan(expr: Expr, slots: Slots): Step {
    const step = this.#build(expr, slots)
    if (expr.kind === 'literal' || !isConstant(expr, this.#checked)) return step
    const value = step({ variable: () => null, locals: [], meter: new Meter(Number.MAX_VALUE) })
    return () => value
  }

  #build(expr: Expr, slots: Slots): Step {
    switch (expr.kind) {
      case 'literal':
        return planLiteral(expr)
      case 'ident':
        return this.#name(expr, slots)
      case 'select':
        return this.#checked.names.has(expr) ? this.#name(expr, slots) : this.#selection(expr, slots)
      case 'call':
        return this.#call(expr, slots)
      case 'list':
        return planList(expr, slots, this)
      case 'map':
        return planMap(expr, slots, this)
      case 'comprehension':
        return planComprehension(expr, slots, this)
    }
  }

  #name(expr: Expr, slots: Slots): Step {
    const named = this.#checked.names.get(expr)
    if (named === undefined) throw new Error('a name that was not checked')
    const { origin, name } = named
    if (origin === 'type') return planValue(new TypeValue(named.type.params[0]?.name ?? name))
    const slot = origin === 'local' ? slots.get(name) : undefined
    return (frame) => {
      frame.meter.charge(1)
      return slot === undefined ? frame.variable(name) : (frame.locals[slot] ?? null)
    }
  }

  #call(expr: Call, slots: Slots): Step {
    if (INDEXING.has(expr.name)) return this.#selection(expr, slots)
    const call = this.#checked.calls.get(expr) as CheckedCall
    const args = call.args.map((arg) => this.plan(arg, slots))
    const special = Object.hasOwn(SPECIAL, call.name) ? SPECIAL[call.name] : undefined
    return special?.(args, call.name) ?? planCall(call, args, this.#isFree(call))
  }

  // Looking into a list of constants, for the API server makes a set of it.
  #isFree({ name, args: [, range], overloads }: CheckedCall): boolean {
    return name === OPERATORS.in && overloads.length === 1 && range?.kind === 'list' && isConstant(range, this.#checked)
  }

  #selection(expr: Select | Call, slots: Slots): Step {
    const testedField = expr.kind === 'select' && expr.testOnly ? expr.field : undefined
    const { base, qualifiers } = this.#path(testedField === undefined ? expr : (expr as Select).operand, slots)
    const start = this.plan(base, slots)
    // a name that starts the path was charged for by itself
    const cost = qualifiers.length + (isName(base, this.#checked) ? 0 : 1)
    return (frame) => {
      const value = start(frame)
      if (value instanceof Failure) return value
      frame.meter.charge(cost)
      const found = follow(value, qualifiers, frame)
      return testedField === undefined || found instanceof Failure ? found : isPresent(found, testedField)
    }
  }

  // `a.b[c]`: the value that it starts from, and the way from there.
  #path(expr: Expr, slots: Slots): { base: Expr; qualifiers: Qualifier[] } {
    const qualifiers: Qualifier[] = []
    let base = expr
    for (let step = this.#stepInto(base, slots); step !== undefined; step = this.#stepInto(base, slots)) {
      qualifiers.unshift(step.qualifier)
      base = step.operand
    }
    return { base, qualifiers }
  }

  #stepInto(expr: Expr, slots: Slots): { operand: Expr; qualifier: Qualifier } | undefined {
    if (this.#checked.names.has(expr)) return undefined
    if (expr.kind === 'select' && !expr.testOnly)
      return { operand: expr.operand, qualifier: { key: expr.field, isOptional: false } }
    if (expr.kind !== 'call' || !INDEXING.has(expr.name)) return undefined
    const [operand, key] = expr.args as readonly [Expr, Expr]
    const isOptional = expr.name !== OPERATORS.index
    return { operand, qualifier: { key: key.kind === 'literal' ? key.value : this.plan(key, slots), isOptional } }
  }
}

const planLiteral = ({ value }: Literal) => planValue(value)
const planValue =
  (value: Value): Step =>
  () =>
    value
const isName = (expr: Expr, { names }: Checked) => names.has(expr)
