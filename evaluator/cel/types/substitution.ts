import { DYN, isDynOrError, isSameType, param, paramOf, type Type } from './type.ts'

/**
 * What is known of the type parameters of an expression, after the rules of Go's CEL:
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#gradual-type-checking
 */
export class Substitution {
  readonly #known = new Map<string, Type>()
  #log: { name: string; before: Type | undefined }[] = []
  #fresh = 0

  /** A type parameter that no other expression uses. */
  freshParam(): Type {
    this.#fresh += 1
    return param(`_var${this.#fresh}`)
  }

  /** Whether values of these types can stand for each other; if not, nothing was learned. */
  isAssignable(left: readonly Type[], right: readonly Type[]): boolean {
    this.#log = []
    if (this.#listAssignable(left, right)) return true
    for (const { name, before } of this.#log.reverse())
      if (before === undefined) this.#known.delete(name)
      else this.#known.set(name, before)
    return false
  }

  /** A type with everything put in that is known; what is not stays a parameter, or becomes dyn. */
  apply(type: Type, unknownIsDyn = false): Type {
    const found = this.#find(type)
    if (found !== undefined) return this.apply(found, unknownIsDyn)
    if (type.kind === 'param') return unknownIsDyn ? DYN : type
    if (type.params.length === 0) return type
    return { ...type, params: type.params.map((each) => this.apply(each, unknownIsDyn)) }
  }

  #find(type: Type): Type | undefined {
    return type.kind === 'param' ? this.#known.get(type.name) : undefined
  }

  #learn({ name }: Type, type: Type): void {
    this.#log.push({ name, before: this.#known.get(name) })
    this.#known.set(name, type)
  }

  #listAssignable(left: readonly Type[], right: readonly Type[]): boolean {
    return left.length === right.length && left.every((type, i) => this.#assignable(type, paramAt(right, i)))
  }

  #assignable(left: Type, right: Type): boolean {
    if (right.kind === 'param') {
      const { isValid, isKnown } = this.#bind(left, right)
      if (isValid || isKnown) return isValid
    }
    if (left.kind === 'param') return this.#bind(right, left).isValid
    return isDynOrError(left) || isDynOrError(right) || this.#agrees(left, right)
  }

  #agrees(left: Type, right: Type): boolean {
    if (left.kind === 'null' || right.kind === 'null') return isNullable(left.kind === 'null' ? right : left)
    if (left.kind === 'type') return right.kind === 'type'
    return left.kind === right.kind && left.name === right.name && this.#listAssignable(left.params, right.params)
  }

  // Whether the parameter may stand for the type, and whether it stood for one before.
  #bind(type: Type, parameter: Type): { isValid: boolean; isKnown: boolean } {
    if (isSameType(type, parameter)) return { isValid: true, isKnown: true }
    const known = this.#find(parameter)
    if (known === undefined) {
      const isValid = this.#isFreeOf(parameter, type)
      if (isValid) this.#learn(parameter, type)
      return { isValid, isKnown: false }
    }
    if (isSameType(type, known)) return { isValid: true, isKnown: true }
    if (!this.#assignable(type, known)) return { isValid: false, isKnown: true }
    const general = mostGeneral(type, known)
    if (this.#isFreeOf(parameter, general)) this.#learn(parameter, general)
    return { isValid: true, isKnown: true }
  }

  #isFreeOf(parameter: Type, within: Type): boolean {
    if (isSameType(parameter, within)) return false
    const found = this.#find(within)
    if (found !== undefined) return this.#isFreeOf(parameter, found)
    return within.params.every((each) => this.#isFreeOf(parameter, each))
  }
}

/** The one of two assignable types that says less. */
export function mostGeneral(left: Type, right: Type): Type {
  return isEqualOrLessSpecific(left, right) ? left : right
}

function isEqualOrLessSpecific(left: Type, right: Type): boolean {
  if (left.kind === 'dyn' || left.kind === 'param') return true
  if (right.kind === 'dyn' || right.kind === 'param' || left.kind !== right.kind) return false
  if (left.kind === 'type') return true
  return left.name === right.name && left.params.every((each, i) => isEqualOrLessSpecific(each, paramOf(right, i)))
}

const paramAt = (types: readonly Type[], index: number) => types[index] ?? DYN

// Messages, and the types that Go's CEL treats as such.
function isNullable({ kind, name }: Type): boolean {
  return kind === 'null' || kind === 'struct' || kind === 'opaque' || name.startsWith('google.protobuf.')
}
