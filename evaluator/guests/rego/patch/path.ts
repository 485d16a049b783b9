import { NotDefined } from '../builtins/builtin.ts'
import { isArray, type RegoValue } from '../values/value.ts'

/** The keys that lead to a place in a document. */
export type Path = readonly RegoValue[]

/** A JSON pointer, which may lack its first `/`, or an array of keys. */
export function readPath(path: RegoValue): Path {
  if (isArray(path)) return path
  if (typeof path !== 'string') throw new NotDefined('a path must be a string or an array')
  if (path === '') return []
  const segments = path.replace(/^\/+/, '').split('/')
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}
