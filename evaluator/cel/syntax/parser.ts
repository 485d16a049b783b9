import { KEYWORDS, RESERVED } from '../../cel-words.ts'
import { type Expr, OPERATORS } from './ast.ts'
import { call, ident, list, literal, map, memberCall, select } from './build.ts'
import { readTokens, type Token } from './lexer.ts'
import { readNumber, readText } from './literals.ts'
import { expandMacro } from './macros.ts'
import { CelSyntaxError } from './syntax-problem.ts'

// Both are limits of the API server's own parser.
const MAX_CHARACTERS = 100_000
const MAX_NESTING = 250

const RELATIONS = new Set(['<', '<=', '>', '>=', '==', '!=', 'in'])
const SUMS = new Set(['+', '-'])
const PRODUCTS = new Set(['*', '/', '%'])
const CONSTANTS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Reads an expression of CEL, with optional syntax. @throws CelSyntaxError */
export function parse(source: string): Expr {
  if (source.length > MAX_CHARACTERS) throw new CelSyntaxError(`is longer than ${MAX_CHARACTERS} characters`, 0)
  return new Parser(readTokens(source)).parseAll()
}

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #nesting = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parseAll(): Expr {
    const expr = this.#expression()
    if (this.#token.kind !== 'end') this.#fail('the end')
    return expr
  }

  #expression(): Expr {
    return this.#nested(() => {
      const condition = this.#disjunction()
      const { position } = this.#token
      if (!this.#take('?')) return condition
      const then = this.#disjunction()
      this.#expect(':')
      return call(OPERATORS.conditional, [condition, then, this.#expression()], position)
    })
  }

  #disjunction(): Expr {
    return this.#logical('||', OPERATORS.or, () => this.#logical('&&', OPERATORS.and, () => this.#relation()))
  }

  // One call with all operands: a long chain stays flat.
  #logical(symbol: string, name: string, parseOperand: () => Expr): Expr {
    const { position } = this.#token
    const operands = [parseOperand()]
    while (this.#take(symbol)) operands.push(parseOperand())
    return operands.length === 1 ? (operands[0] as Expr) : call(name, operands, position)
  }

  #relation(): Expr {
    return this.#binary(RELATIONS, () => this.#binary(SUMS, () => this.#binary(PRODUCTS, () => this.#unary())))
  }

  #binary(symbols: ReadonlySet<string>, parseOperand: () => Expr): Expr {
    let left = parseOperand()
    while (symbols.has(this.#token.source)) {
      const { source, position } = this.#advance()
      left = call(source === 'in' ? OPERATORS.in : `_${source}_`, [left, parseOperand()], position)
    }
    return left
  }

  #unary(): Expr {
    const { source, position } = this.#token
    if (source === '!') return this.#repeated('!', OPERATORS.not)
    if (source !== '-' || this.#tokens[this.#next + 1]?.kind === 'number') return this.#member(position)
    return this.#repeated('-', OPERATORS.negate)
  }

  // as in Go's CEL, two of them are none
  #repeated(symbol: string, name: string): Expr {
    const { position } = this.#token
    let count = 0
    while (this.#token.source === symbol && !(symbol === '-' && this.#isNegativeNumber())) {
      this.#advance()
      count += 1
    }
    const operand = this.#member(this.#token.position)
    return count % 2 === 0 ? operand : call(name, [operand], position)
  }

  #isNegativeNumber(): boolean {
    return this.#token.source === '-' && this.#tokens[this.#next + 1]?.kind === 'number'
  }

  #member(position: number): Expr {
    let expr = this.#primary()
    for (;;) {
      if (this.#take('.')) expr = this.#field(expr)
      else if (this.#take('[')) expr = this.#index(expr, position)
      else if (this.#token.source !== '{') return expr
      else throw new CelSyntaxError('builds a message with {…}, which is not supported here', position)
    }
  }

  #field(operand: Expr): Expr {
    const isOptional = this.#take('?')
    const { source: name, position } = this.#name()
    if (isOptional) return call(OPERATORS.optionalSelect, [operand, literal(name, position)], operand.position)
    if (!this.#take('(')) return select(operand, name)
    const args = this.#arguments()
    return expandMacro(name, args, position, operand) ?? memberCall(name, operand, args)
  }

  #index(operand: Expr, position: number): Expr {
    const name = this.#take('?') ? OPERATORS.optionalIndex : OPERATORS.index
    const key = this.#expression()
    this.#expect(']')
    return call(name, [operand, key], position)
  }

  #primary(): Expr {
    const { kind, source, position } = this.#token
    if (this.#isNegativeNumber()) this.#advance()
    if (this.#token.kind === 'number') {
      const sign = source === '-' ? '-' : ''
      return literal(readNumber(sign + this.#advance().source, position), position)
    }
    if (kind === 'text') return literal(readText(this.#advance().source, position), position)
    if (this.#take('(')) return this.#closed(')')
    if (this.#take('[')) return this.#list(position)
    if (this.#take('{')) return this.#map(position)
    return this.#named(position)
  }

  #closed(end: string): Expr {
    const expr = this.#expression()
    this.#expect(end)
    return expr
  }

  #named(position: number): Expr {
    const isGlobal = this.#take('.')
    const constant = isGlobal ? undefined : CONSTANTS.get(this.#token.source)
    if (constant !== undefined && this.#token.kind === 'name') {
      this.#advance()
      return literal(constant, position)
    }
    const { source: name } = this.#name()
    if (this.#take('(')) {
      const args = this.#arguments()
      return expandMacro(name, args, position) ?? call(name, args, position)
    }
    if (RESERVED.has(name)) throw new CelSyntaxError(`${name} is a reserved word`, position)
    return ident(name, position, isGlobal)
  }

  #arguments(): Expr[] {
    const args: Expr[] = []
    if (this.#take(')')) return args
    do args.push(this.#expression())
    while (this.#take(','))
    this.#expect(')')
    return args
  }

  #list(position: number): Expr {
    const elements = this.#sequence(']', () => {
      const isOptional = this.#take('?')
      return { value: this.#expression(), isOptional }
    })
    return list(elements, position)
  }

  #map(position: number): Expr {
    const entries = this.#sequence('}', () => {
      const isOptional = this.#take('?')
      const key = this.#expression()
      this.#expect(':')
      return { key, value: this.#expression(), isOptional }
    })
    return map(entries, position)
  }

  // a comma may follow the last element
  #sequence<T>(end: string, parseElement: () => T): T[] {
    const elements: T[] = []
    while (!this.#take(end)) {
      elements.push(parseElement())
      if (this.#take(',')) continue
      this.#expect(end)
      break
    }
    return elements
  }

  #nested<T>(parseInner: () => T): T {
    this.#nesting += 1
    if (this.#nesting > MAX_NESTING)
      throw new CelSyntaxError(`is nested deeper than ${MAX_NESTING} levels`, this.#token.position)
    const inner = parseInner()
    this.#nesting -= 1
    return inner
  }

  #name(): Token {
    const { kind, source } = this.#token
    if (kind !== 'name' || KEYWORDS.has(source)) this.#fail('a name or a value')
    return this.#advance()
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token
  }

  #advance(): Token {
    const token = this.#token
    this.#next += 1
    return token
  }

  #take(symbol: string): boolean {
    const { kind, source } = this.#token
    if (kind !== 'symbol' || source !== symbol) return false
    this.#next += 1
    return true
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) this.#fail(symbol)
  }

  #fail(wanted: string): never {
    const { kind, source, position } = this.#token
    throw new CelSyntaxError(`${kind === 'end' ? 'ends' : `has ${source}`} where ${wanted} should stand`, position)
  }
}
