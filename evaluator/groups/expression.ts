import { type Call, type Expr, OPERATORS } from '../cel/syntax/ast.ts'
import { parse } from '../cel/syntax/parser.ts'
import { type CelProblem, CelSyntaxError } from '../cel/syntax/syntax-problem.ts'

export type { CelProblem } from '../cel/syntax/syntax-problem.ts'

/** When a group accepts a request, as plain data: which of its members have to. */
export type GroupExpression =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'not'; readonly operand: GroupExpression }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly GroupExpression[] }
  | { readonly kind: 'equals' | 'differs'; readonly left: GroupExpression; readonly right: GroupExpression }

/** An expression that can be evaluated, and the members that it never asks. */
export interface CompiledExpression {
  readonly expression: GroupExpression
  readonly unused: readonly string[]
}

const ALLOWED = 'only calls of members, &&, ||, !, ==, !=, parentheses, true and false may stand here'

/**
 * Reads a group's expression: the part of CEL that Kubewarden's controller admits, in which every value is a bool and every
 * member a function without arguments; or says all that is wrong with it. Never throws.
 * https://docs.kubewarden.io
 */
export function compileGroupExpression(
  source: string,
  members: readonly string[],
): CompiledExpression | { readonly problems: readonly CelProblem[] } {
  try {
    const reader = new Reader(members)
    const expression = reader.read(parse(source))
    if (reader.problems.length > 0) return { problems: reader.problems }
    return { expression, unused: members.filter((member) => !reader.called.has(member)) }
  } catch (error) {
    if (error instanceof CelSyntaxError) return { problems: [error] }
    // deeper than the stack, in spite of the parser's limits
    if (error instanceof RangeError) return { problems: [{ message: 'is nested too deeply', position: 0 }] }
    throw error
  }
}

class Reader {
  readonly called = new Set<string>()
  readonly problems: CelProblem[] = []
  readonly #members: readonly string[]

  constructor(members: readonly string[]) {
    this.#members = members
  }

  read(expr: Expr): GroupExpression {
    switch (expr.kind) {
      case 'literal':
        return typeof expr.value === 'boolean'
          ? { kind: 'constant', value: expr.value }
          : this.#refuse(expr, `must evaluate to bool; ${ALLOWED}`)
      case 'call':
        return expr.target === undefined ? this.#readCall(expr) : this.#refuse(expr, ALLOWED)
      case 'ident':
        return this.#refuse(expr, this.#describeName(expr.name))
      default:
        return this.#refuse(expr, ALLOWED)
    }
  }

  #readCall(call: Call): GroupExpression {
    const { name, args } = call
    switch (name) {
      case OPERATORS.and:
      case OPERATORS.or:
        return { kind: name === OPERATORS.and ? 'and' : 'or', operands: args.map((arg) => this.read(arg)) }
      case OPERATORS.not:
        return { kind: 'not', operand: this.read(args[0] as Expr) }
      case OPERATORS.equals:
      case OPERATORS.notEquals: {
        const [left, right] = args as readonly [Expr, Expr]
        const kind = name === OPERATORS.equals ? 'equals' : 'differs'
        return { kind, left: this.read(left), right: this.read(right) }
      }
      default:
        return this.#readMember(call)
    }
  }

  #readMember(call: Call): GroupExpression {
    const { name, args } = call
    if (!/^\w+$/.test(name)) return this.#refuse(call, ALLOWED)
    if (!this.#members.includes(name)) return this.#refuse(call, this.#describeName(name))
    if (args.length > 0) return this.#refuse(call, `${name} is a member, and takes no arguments: ${name}()`)
    this.called.add(name)
    return { kind: 'member', name }
  }

  #describeName(name: string): string {
    if (this.#members.includes(name)) return `${name} is a member, which has to be called: ${name}()`
    const all = this.#members.length === 0 ? 'there are no members' : `the members are ${this.#members.join(', ')}`
    return `undeclared reference to ${name}; ${all}`
  }

  #refuse({ position }: Expr, message: string): GroupExpression {
    this.problems.push({ message, position })
    return { kind: 'constant', value: false }
  }
}
