import type { Type } from './type.ts'
import * as types from './type.ts'

/** One way to call a function. */
export interface Signature {
  readonly name: string
  /** Called on its first argument: `a.f(b)`. */
  readonly isMember: boolean
  readonly args: readonly Type[]
  readonly result: Type
  /** The names of its type parameters. */
  readonly params: readonly string[]
}

const NAMED: Readonly<Record<string, Type>> = {
  dyn: types.DYN,
  null: types.NULL,
  bool: types.BOOL,
  int: types.INT,
  uint: types.UINT,
  double: types.DOUBLE,
  string: types.STRING,
  bytes: types.BYTES,
  timestamp: types.TIMESTAMP,
  duration: types.DURATION,
  Quantity: types.structOf('kubernetes.Quantity'),
  URL: types.structOf('kubernetes.URL'),
  Semver: types.structOf('kubernetes.Semver'),
  Format: types.structOf('kubernetes.NamedFormat'),
  IP: types.opaque('net.IP'),
  CIDR: types.opaque('net.CIDR'),
  Authorizer: types.structOf('kubernetes.authorization.Authorizer'),
  PathCheck: types.structOf('kubernetes.authorization.PathCheck'),
  GroupCheck: types.structOf('kubernetes.authorization.GroupCheck'),
  ResourceCheck: types.structOf('kubernetes.authorization.ResourceCheck'),
  Decision: types.structOf('kubernetes.authorization.Decision'),
}

const GENERIC: Readonly<Record<string, (params: readonly Type[]) => Type>> = {
  list: ([element = types.DYN]) => types.listOf(element),
  map: ([key = types.DYN, value = types.DYN]) => types.mapOf(key, value),
  optional: ([value = types.DYN]) => types.optionalOf(value),
  type: ([type = types.DYN]) => types.typeOf(type),
}

const SIGNATURE = /^(?:<(?<receiver>.+)>\.)?(?<name>[^(<]+)\((?<args>.*)\): (?<result>.+)$/

/**
 * Reads a signature as Kubernetes' documentation writes them: `<list<A>>.indexOf(A): int` is called on a list, `A`
 * being whatever it holds; `url(string): URL` is called by itself.
 */
export function readSignature(text: string): Signature {
  const { receiver, name = '', args = '', result = '' } = SIGNATURE.exec(text)?.groups ?? {}
  const all = [...(receiver === undefined ? [] : [receiver]), ...splitTypes(args)].map(readType)
  const params = [...new Set(all.concat(readType(result)).flatMap(paramsOf))]
  return { name, isMember: receiver !== undefined, args: all, result: readType(result), params }
}

/** Reads a type, such as `map<string, list<A>>`. */
export function readType(text: string): Type {
  const [, name = '', inner] = /^(\w+)(?:<(.+)>)?$/.exec(text.trim()) ?? []
  if (/^[A-Z]$/.test(name)) return types.param(name)
  const type = inner === undefined ? NAMED[name] : GENERIC[name]?.(splitTypes(inner).map(readType))
  if (type === undefined) throw new Error(`"${text}" names no type`)
  return type
}

// at the commas that stand in no brackets
function splitTypes(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (const [i, character] of [...text].entries()) {
    if (character === '<') depth += 1
    if (character === '>') depth -= 1
    if (character !== ',' || depth > 0) continue
    parts.push(text.slice(start, i))
    start = i + 1
  }
  return text.trim() === '' ? [] : [...parts, text.slice(start)]
}

const paramsOf = (type: Type): string[] => (type.kind === 'param' ? [type.name] : type.params.flatMap(paramsOf))
