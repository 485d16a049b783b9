import type { Result, Value } from '../run/values.ts'
import { readSignature, type Signature } from './signature.ts'
import type { Type } from './type.ts'

// Called only with values of the types that its signature names.
type Implementation = (...args: never[]) => Result

/** Functions by their signatures; without an implementation where only the API server can answer. */
export type Functions = Readonly<Record<string, Implementation | undefined>>

/** A function that looks at its arguments itself: the operators, which have too many overloads to choose among. */
export interface Operator {
  readonly signatures: readonly string[]
  readonly run: (...args: Value[]) => Result
}

/** What a library adds to the language. */
export interface Library {
  readonly functions?: Functions
  readonly operators?: Readonly<Record<string, Operator>>
}

export interface Overload extends Signature {
  readonly run?: (...args: Value[]) => Result
}

/** All that one name can be called as. */
export interface FunctionDeclaration {
  readonly overloads: readonly Overload[]
  /** In place of the overloads' own. */
  readonly run?: (...args: Value[]) => Result
}

/** What an expression can name. */
export interface Environment {
  readonly functions: ReadonlyMap<string, FunctionDeclaration>
  readonly variables: ReadonlyMap<string, Type>
  /** Of the struct types whose fields are known. */
  readonly fields: ReadonlyMap<string, Readonly<Record<string, Type>>>
  /** The types that can be named as values. */
  readonly typeNames: ReadonlyMap<string, Type>
}

/** Puts libraries together; overloads keep the order in which they are declared. */
export function joinLibraries(libraries: readonly Library[]): Map<string, FunctionDeclaration> {
  const functions = new Map<string, FunctionDeclaration>()
  const declare = (overload: Overload, run?: Operator['run']) => {
    const before = functions.get(overload.name)
    const runs = run ?? before?.run
    const overloads = [...(before?.overloads ?? []), overload]
    functions.set(overload.name, runs === undefined ? { overloads } : { overloads, run: runs })
  }
  for (const { functions: declared = {}, operators = {} } of libraries) {
    for (const [signature, run] of Object.entries(declared))
      declare({ ...readSignature(signature), ...(run && { run: run as NonNullable<Overload['run']> }) })
    for (const [name, { signatures, run }] of Object.entries(operators))
      for (const signature of signatures) declare(readOperator(name, signature), run)
  }
  return functions
}

// Written without the operator's name, which is no word: `(int, int): int`.
function readOperator(name: string, signature: string): Signature {
  return { ...readSignature(signature.startsWith('(') ? `operator${signature}` : signature), name }
}
