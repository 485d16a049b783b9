import {
  type Call,
  type Comprehension,
  type Expr,
  type Ident,
  type ListExpr,
  type MapExpr,
  OPERATORS,
  type Select,
} from '../syntax/ast.ts'
import type { CelProblem } from '../syntax/syntax-problem.ts'
import type { Environment, FunctionDeclaration, Overload } from '../types/environment.ts'
import { mostGeneral, Substitution } from '../types/substitution.ts'
import * as types from '../types/type.ts'
import { formatType, isDynOrError, isOptionalType, paramOf, type Type } from '../types/type.ts'
import { literalType } from './literal-type.ts'
import { describeMismatch, qualifiedName } from './names.ts'
import { type Named, Scope } from './scope.ts'

/** An expression of which every part has a type. */
export interface Checked {
  typeOf(expr: Expr): Type
  /** What a name, or a dotted name that stands as a selection, was found to be. */
  readonly names: ReadonlyMap<Expr, Named>
  /** What a call can mean; more than one overload if only the values will tell. */
  readonly calls: ReadonlyMap<Expr, CheckedCall>
  readonly problems: readonly CelProblem[]
}

export interface CheckedCall {
  readonly name: string
  readonly declaration: FunctionDeclaration
  readonly overloads: readonly Overload[]
  /** With the target as the first, if it has one. */
  readonly args: readonly Expr[]
}

/** Finds the types of an expression and all that contradicts them, by the rules of Go's CEL. */
export function check(expr: Expr, environment: Environment): Checked {
  const checker = new Checker(environment)
  checker.check(expr, new Scope(environment))
  return checker
}

class Checker implements Checked {
  readonly names = new Map<Expr, Named>()
  readonly calls = new Map<Expr, CheckedCall>()
  readonly problems: CelProblem[] = []
  readonly #environment: Environment
  readonly #types = new Map<Expr, Type>()
  readonly #substitution = new Substitution()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  typeOf(expr: Expr): Type {
    return this.#substitution.apply(this.#rawType(expr), true)
  }

  /** Types an expression. Macros may use a part twice, always in one scope: once is enough. */
  check(expr: Expr, scope: Scope): Type {
    const known = this.#types.get(expr)
    if (known !== undefined) return known
    const type = this.#check(expr, scope)
    this.#types.set(expr, type)
    return type
  }

  #check(expr: Expr, scope: Scope): Type {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value)
      case 'ident':
        return this.#ident(expr, scope)
      case 'select':
        return this.#select(expr, scope)
      case 'call':
        return this.#call(expr, scope)
      case 'list':
        return this.#list(expr, scope)
      case 'map':
        return this.#map(expr, scope)
      case 'comprehension':
        return this.#comprehension(expr, scope)
    }
  }

  #ident(expr: Ident, scope: Scope): Type {
    const named = scope.find(expr)
    if (named === undefined) return this.#problem(expr, `undeclared reference to '${expr.name}'`)
    this.names.set(expr, named)
    return named.type
  }

  #select(expr: Select, scope: Scope): Type {
    const path = expr.testOnly ? undefined : qualifiedName(expr)
    const named = path && scope.findQualified(path.names, path.isGlobal)
    if (named !== undefined) {
      this.names.set(expr, named)
      return named.type
    }
    const type = this.#field(expr.operand, expr.field, scope)
    return expr.testOnly ? types.BOOL : type
  }

  // The type of a field; of an optional's field, an optional.
  #field(operand: Expr, field: string, scope: Scope): Type {
    const type = this.#substitution.apply(this.check(operand, scope))
    if (!isOptionalType(type)) return this.#fieldOf(type, field, operand)
    return types.optionalOf(this.#fieldOf(paramOf(type, 0), field, operand))
  }

  #fieldOf(type: Type, field: string, operand: Expr): Type {
    switch (type.kind) {
      case 'map':
        return this.#substitution.apply(paramOf(type, 1))
      case 'struct': {
        const fields = this.#environment.fields.get(type.name) ?? {}
        const found = Object.hasOwn(fields, field) ? fields[field] : undefined
        return found ?? this.#problem(operand, `undefined field '${field}' of ${type.name}`)
      }
      case 'param':
        this.#substitution.isAssignable([types.DYN], [type])
        return types.DYN
      default:
        if (isDynOrError(type)) return types.DYN
        this.#problem(operand, `type '${formatType(type)}' does not support field selection`)
        return types.DYN
    }
  }

  #call(expr: Call, scope: Scope): Type {
    if (expr.name === OPERATORS.optionalSelect) return this.#optionalSelect(expr, scope)
    for (const arg of expr.args) this.check(arg, scope)
    const namespaced = this.#namespacedFunction(expr)
    if (namespaced !== undefined) return this.#resolve(expr, namespaced, expr.args)
    if (expr.target !== undefined) this.check(expr.target, scope)
    const declaration = this.#environment.functions.get(expr.name)
    if (declaration === undefined) return this.#problem(expr, `undeclared reference to '${expr.name}'`)
    const args = expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    return this.#resolve(expr, { name: expr.name, declaration, isMember: expr.target !== undefined }, args)
  }

  // `ip.isCanonical(…)`: what looks like a target may be a part of the function's name.
  #namespacedFunction({ name, target }: Call): Callee | undefined {
    const path = target && qualifiedName(target)
    if (path === undefined) return undefined
    const fullName = [...path.names, name].join('.')
    const declaration = this.#environment.functions.get(fullName)
    return declaration && { name: fullName, declaration, isMember: false }
  }

  #optionalSelect(expr: Call, scope: Scope): Type {
    const [operand, field] = expr.args
    if (operand === undefined || field?.kind !== 'literal') return types.ERROR
    const type = this.#field(operand, String(field.value), scope)
    return isOptionalType(type) && isOptionalType(this.#rawType(operand)) ? type : types.optionalOf(type)
  }

  #resolve(expr: Call, { name, declaration, isMember }: Callee, args: readonly Expr[]): Type {
    const argTypes = args.map((arg) => this.#rawType(arg))
    if (name === OPERATORS.and || name === OPERATORS.or) return this.#logical(expr, declaration)
    const found: Overload[] = []
    let result: Type | undefined
    for (const overload of declaration.overloads) {
      if (overload.isMember !== isMember) continue
      const fresh = this.#instantiate(overload)
      if (!this.#substitution.isAssignable(argTypes, fresh.args)) continue
      found.push(overload)
      const type = this.#substitution.apply(fresh.result)
      result = result === undefined || types.isSameType(result, type) ? type : types.DYN
    }
    if (result === undefined)
      return this.#problem(
        expr,
        describeMismatch(
          name,
          argTypes.map((type) => this.#substitution.apply(type, true)),
          isMember,
        ),
      )
    this.calls.set(expr, { name, declaration, overloads: found, args })
    return result
  }

  #logical(expr: Call, declaration: FunctionDeclaration): Type {
    for (const arg of expr.args) this.#expect(arg, types.BOOL)
    this.calls.set(expr, { name: expr.name, declaration, overloads: declaration.overloads, args: expr.args })
    return types.BOOL
  }

  #instantiate({ args, result, params }: Overload): { args: readonly Type[]; result: Type } {
    if (params.length === 0) return { args, result }
    const fresh = new Map(params.map((name) => [name, this.#substitution.freshParam()]))
    const renew = (type: Type): Type =>
      type.kind === 'param' ? (fresh.get(type.name) ?? type) : { ...type, params: type.params.map(renew) }
    return { args: args.map(renew), result: renew(result) }
  }

  #list({ elements }: ListExpr, scope: Scope): Type {
    let joined: Type | undefined
    for (const { value, isOptional } of elements) {
      this.check(value, scope)
      joined = this.#join(joined, isOptional ? this.#unwrapped(value) : this.#rawType(value))
    }
    return types.listOf(joined ?? this.#substitution.freshParam())
  }

  #map({ entries }: MapExpr, scope: Scope): Type {
    let keys: Type | undefined
    let values: Type | undefined
    for (const { key, value, isOptional } of entries) {
      keys = this.#join(keys, this.check(key, scope))
      this.check(value, scope)
      values = this.#join(values, isOptional ? this.#unwrapped(value) : this.#rawType(value))
    }
    return types.mapOf(keys ?? this.#substitution.freshParam(), values ?? this.#substitution.freshParam())
  }

  // Of `[?x]` and `{?k: x}`, the type within.
  #unwrapped(expr: Expr): Type {
    const type = this.#rawType(expr)
    if (isOptionalType(type)) return paramOf(type, 0)
    if (type.kind !== 'dyn') this.#mismatch(expr, types.optionalOf(type), type)
    return type
  }

  // Kubernetes asks for one type in a literal, but not in what is formatted: that is looked at later.
  #join(previous: Type | undefined, current: Type): Type {
    if (previous === undefined) return current
    if (this.#substitution.isAssignable([previous], [current])) return mostGeneral(previous, current)
    return types.DYN
  }

  #comprehension(expr: Comprehension, scope: Scope): Type {
    const range = this.#substitution.apply(this.check(expr.range, scope))
    const accumulator = this.check(expr.init, scope)
    const outer = scope.with([[expr.accumulator, accumulator]])
    const inner = outer.with(this.#loopVariables(expr, range))
    this.check(expr.condition, inner)
    this.#expect(expr.condition, types.BOOL)
    this.check(expr.step, inner)
    this.#expect(expr.step, accumulator)
    return this.#substitution.apply(this.check(expr.result, outer))
  }

  #loopVariables({ range, variable, variable2 }: Comprehension, type: Type): [string, Type][] {
    const [first, second] = this.#loopTypes(range, type, variable2 !== undefined)
    return variable2 === undefined
      ? [[variable, first]]
      : [
          [variable, first],
          [variable2, second],
        ]
  }

  #loopTypes(range: Expr, type: Type, hasTwo: boolean): [Type, Type] {
    if (type.kind === 'list') return hasTwo ? [types.INT, paramOf(type, 0)] : [paramOf(type, 0), types.DYN]
    if (type.kind === 'map') return [paramOf(type, 0), paramOf(type, 1)]
    if (type.kind === 'param' || isDynOrError(type)) {
      this.#substitution.isAssignable([types.DYN], [type])
      return [types.DYN, types.DYN]
    }
    this.#problem(
      range,
      `expression of type '${formatType(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
    )
    return [types.ERROR, types.ERROR]
  }

  #expect(expr: Expr, wanted: Type): void {
    const type = this.#rawType(expr)
    if (!this.#substitution.isAssignable([wanted], [type])) this.#mismatch(expr, wanted, type)
  }

  #mismatch(expr: Expr, wanted: Type, found: Type): Type {
    const [left, right] = [wanted, found].map((type) => formatType(this.#substitution.apply(type, true)))
    return this.#problem(expr, `expected type '${left}' but found '${right}'`)
  }

  #problem({ position }: Expr, message: string): Type {
    this.problems.push({ message, position })
    return types.ERROR
  }

  #rawType(expr: Expr): Type {
    return this.#types.get(expr) ?? types.ERROR
  }
}

interface Callee {
  readonly name: string
  readonly declaration: FunctionDeclaration
  readonly isMember: boolean
}
