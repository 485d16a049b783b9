import type { Value } from '../run/values.ts'

/** An expression. Macros are gone from it: they stand as what they mean, comprehensions and calls. */
export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | Comprehension

interface Node {
  /** Where in the source it starts. */
  readonly position: number
  /** How many levels deep it is, itself included. */
  readonly depth: number
}

export interface Literal extends Node {
  readonly kind: 'literal'
  readonly value: Value
}

export interface Ident extends Node {
  readonly kind: 'ident'
  readonly name: string
  /** Written `.name`: past all variables of macros. */
  readonly isGlobal: boolean
}

export interface Select extends Node {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  /** `has(operand.field)`. */
  readonly testOnly: boolean
}

export interface Call extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly target?: Expr
  readonly args: readonly Expr[]
}

export interface ListExpr extends Node {
  readonly kind: 'list'
  readonly elements: readonly { readonly value: Expr; readonly isOptional: boolean }[]
}

export interface MapExpr extends Node {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly isOptional: boolean }[]
}

/** A loop over `range` that folds into an accumulator. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension'
  readonly range: Expr
  readonly variable: string
  /** Of the two-variable forms: index and element, or key and value. */
  readonly variable2?: string
  readonly accumulator: string
  readonly init: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

/** How operators are named as functions. */
export const OPERATORS = {
  and: '_&&_',
  or: '_||_',
  conditional: '_?_:_',
  not: '!_',
  negate: '-_',
  add: '_+_',
  index: '_[_]',
  optionalIndex: '_[?_]',
  optionalSelect: '_?._',
  equals: '_==_',
  notEquals: '_!=_',
  in: '@in',
  notStrictlyFalse: '@not_strictly_false',
} as const
