import { NotDefined } from '../builtins/builtin.ts'
import { memberOf } from '../builtins/operands.ts'
import { isEqual } from '../values/order.ts'
import { type RegoArray, RegoObject, type RegoValue } from '../values/value.ts'
import { findAtPath, insertAtPath, removeAtPath } from './edit-value.ts'
import { type Path, readPath } from './path.ts'

/** `json.patch`: JSON Patch on values of Rego, so that paths may be arrays of keys and lead into sets. */
export function applyPatch(target: RegoValue, operations: RegoArray): RegoValue {
  let patched: RegoValue | undefined = target
  for (const operation of operations) {
    if (!(operation instanceof RegoObject)) throw new NotDefined('an operation is no object')
    const apply = OPERATIONS.get(memberOf(operation, 'op') ?? '')
    if (apply === undefined) throw new NotDefined('not an operation of JSON Patch')
    patched = apply(patched, pathOf(operation, 'path'), operation)
  }
  return patched === undefined ? gone() : patched
}

/** The document after an operation; undefined once all of it has been removed. */
type Apply = (target: RegoValue | undefined, path: Path, operation: RegoObject) => RegoValue | undefined

const OPERATIONS: ReadonlyMap<RegoValue, Apply> = new Map<RegoValue, Apply>([
  ['add', (target, path, operation) => insertAtPath(target, path, operandOf(operation))],
  ['remove', removeAtPath],
  ['replace', (target, path, operation) => insertAtPath(removeAtPath(target, path), path, operandOf(operation))],
  [
    'move',
    (target, path, operation) => {
      const from = pathOf(operation, 'from')
      const moved = findAtPath(target, from)
      return insertAtPath(removeAtPath(target, from), path, moved)
    },
  ],
  ['copy', (target, path, operation) => insertAtPath(target, path, findAtPath(target, pathOf(operation, 'from')))],
  [
    'test',
    (target, path, operation) => {
      if (isEqual(findAtPath(target, path), operandOf(operation))) return target
      throw new NotDefined('a test failed')
    },
  ],
])

function pathOf(operation: RegoObject, name: string): Path {
  const path = memberOf(operation, name)
  if (path === undefined) throw new NotDefined(`an operation has no ${name}`)
  return readPath(path)
}

function operandOf(operation: RegoObject): RegoValue {
  const value = memberOf(operation, 'value')
  if (value === undefined) throw new NotDefined('an operation has no value')
  return value
}

function gone(): never {
  throw new NotDefined('everything was removed')
}
