/** A type of CEL as the checker sees it. */
export interface Type {
  readonly kind: TypeKind
  /** The name of the type, or of the type parameter. */
  readonly name: string
  readonly params: readonly Type[]
}

/** `param` stands for a type still to be found; `error` for one that was complained about already. */
export type TypeKind = 'simple' | 'dyn' | 'error' | 'null' | 'list' | 'map' | 'type' | 'struct' | 'opaque' | 'param'

const simple = (name: string): Type => ({ kind: 'simple', name, params: [] })

export const DYN: Type = { kind: 'dyn', name: 'dyn', params: [] }
export const ERROR: Type = { kind: 'error', name: '!error!', params: [] }
export const NULL: Type = { kind: 'null', name: 'null_type', params: [] }
export const BOOL = simple('bool')
export const INT = simple('int')
export const UINT = simple('uint')
export const DOUBLE = simple('double')
export const STRING = simple('string')
export const BYTES = simple('bytes')
export const TIMESTAMP = simple('google.protobuf.Timestamp')
export const DURATION = simple('google.protobuf.Duration')

export const listOf = (element: Type): Type => ({ kind: 'list', name: 'list', params: [element] })
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', name: 'map', params: [key, value] })
export const typeOf = (type: Type): Type => ({ kind: 'type', name: 'type', params: [type] })
export const optionalOf = (value: Type): Type => ({ kind: 'opaque', name: 'optional_type', params: [value] })
export const structOf = (name: string): Type => ({ kind: 'struct', name, params: [] })
export const opaque = (name: string): Type => ({ kind: 'opaque', name, params: [] })
export const param = (name: string): Type => ({ kind: 'param', name, params: [] })

export const isOptionalType = (type: Type) => type.kind === 'opaque' && type.name === 'optional_type'
export const isDynOrError = (type: Type) => type.kind === 'dyn' || type.kind === 'error'

/** What both types of a list or map hold; the type of an optional's value. */
export const paramOf = (type: Type, index: number): Type => type.params[index] ?? DYN

export function isSameType(left: Type, right: Type): boolean {
  return (
    left.kind === right.kind &&
    left.name === right.name &&
    left.params.length === right.params.length &&
    left.params.every((each, i) => isSameType(each, paramOf(right, i)))
  )
}

/** `map(string, list(int))`, as Kubernetes writes types in its own messages. */
export function formatType({ name, params }: Type): string {
  return params.length === 0 ? name : `${name}(${params.map(formatType).join(', ')})`
}
