import type { Ident } from '../syntax/ast.ts'
import type { Environment } from '../types/environment.ts'
import { type Type, typeOf } from '../types/type.ts'

/** What a name stands for: a variable of a macro, of the environment, or a type. */
export interface Named {
  readonly origin: 'local' | 'variable' | 'type'
  readonly name: string
  readonly type: Type
}

/** The variables that can be named where a part of an expression stands. */
export class Scope {
  readonly #environment: Environment
  readonly #locals: ReadonlyMap<string, Type>

  constructor(environment: Environment, locals: ReadonlyMap<string, Type> = new Map()) {
    this.#environment = environment
    this.#locals = locals
  }

  with(variables: readonly (readonly [string, Type])[]): Scope {
    return new Scope(this.#environment, new Map([...this.#locals, ...variables]))
  }

  find({ name, isGlobal }: Ident): Named | undefined {
    const local = isGlobal ? undefined : this.#locals.get(name)
    return local === undefined ? this.#findGlobal(name) : { origin: 'local', name, type: local }
  }

  /** What a dotted name stands for, such as `authorizer.requestResource`; nothing if a macro's variable hides its start. */
  findQualified(names: readonly string[], isGlobal: boolean): Named | undefined {
    if (!isGlobal && this.#locals.has(names[0] ?? '')) return undefined
    return this.#findGlobal(names.join('.'))
  }

  #findGlobal(name: string): Named | undefined {
    const variable = this.#environment.variables.get(name)
    if (variable !== undefined) return { origin: 'variable', name, type: variable }
    const type = this.#environment.typeNames.get(name)
    return type === undefined ? undefined : { origin: 'type', name, type: typeOf(type) }
  }
}
