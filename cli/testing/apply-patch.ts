import { isObject, type LosslessArray, type LosslessObject, type LosslessValue } from '../../evaluator/lossless-json.ts'
import { isSameJson } from './differences.ts'

/**
 * Applies a JSON Patch, of whatever policy: all operations, on a copy. https://www.rfc-editor.org/rfc/rfc6902
 * @throws Error that says which operation cannot be applied, and why
 */
export function applyPatch(document: LosslessValue, patch: LosslessValue): LosslessValue {
  if (!Array.isArray(patch)) throw new Error('the patch is not a list of operations')
  return (patch as LosslessArray).reduce((current, operation, index) => {
    try {
      return applyOperation(current, operation)
    } catch (error) {
      throw new Error(`operation ${index} of the patch: ${(error as Error).message}`, { cause: error })
    }
  }, document)
}

function applyOperation(document: LosslessValue, operation: LosslessValue): LosslessValue {
  if (!isObject(operation)) throw new Error('is not an object')
  const { op, value } = operation
  const path = pointerOf(operation, 'path')
  switch (op) {
    case 'add':
      return edit(document, path, { op, value: given(value) })
    case 'replace':
      return edit(document, path, { op, value: given(value) })
    case 'remove':
      return edit(document, path, { op })
    case 'copy':
      return edit(document, path, { op: 'add', value: valueAt(document, pointerOf(operation, 'from')) })
    case 'move': {
      const from = pointerOf(operation, 'from')
      return edit(edit(document, from, { op: 'remove' }), path, { op: 'add', value: valueAt(document, from) })
    }
    case 'test':
      if (isSameJson(given(value), valueAt(document, path))) return document
      throw new Error('tests for a value that is not there')
    default:
      throw new Error(`is none of add, remove, replace, move, copy, test: ${JSON.stringify(op)}`)
  }
}

type Edit = { readonly op: 'add' | 'replace'; readonly value: LosslessValue } | { readonly op: 'remove' }

function edit(document: LosslessValue, path: readonly string[], change: Edit): LosslessValue {
  const [name, ...rest] = path
  if (name === undefined) return change.op === 'remove' ? null : change.value
  if (Array.isArray(document)) return editArray(document, name, rest, change)
  if (isObject(document)) return editObject(document, name, rest, change)
  throw new Error(`there is nothing at ${name}`)
}

function editObject(object: LosslessObject, name: string, rest: readonly string[], change: Edit): LosslessObject {
  const isThere = Object.hasOwn(object, name)
  if (!isThere && (rest.length > 0 || change.op !== 'add')) throw new Error(`there is nothing at ${name}`)
  // no prototype, so that a member called __proto__ is one like any other
  const copy: Record<string, LosslessValue> = Object.assign(Object.create(null), object)
  if (rest.length === 0 && change.op === 'remove') delete copy[name]
  else copy[name] = edit(isThere ? (object[name] ?? null) : null, rest, change)
  return copy
}

function editArray(array: LosslessArray, name: string, rest: readonly string[], change: Edit): LosslessArray {
  const isInsertion = rest.length === 0 && change.op === 'add'
  const index = indexOf(name, isInsertion ? array.length : array.length - 1)
  if (isInsertion) return array.toSpliced(index, 0, change.value)
  if (rest.length === 0 && change.op === 'remove') return array.toSpliced(index, 1)
  return array.with(index, edit(array[index] ?? null, rest, change))
}

function indexOf(name: string, last: number): number {
  const index = name === '-' ? last : /^(0|[1-9]\d*)$/.test(name) ? Number(name) : Number.NaN
  if (index >= 0 && index <= last) return index
  throw new Error(`there is nothing at ${name}`)
}

function valueAt(document: LosslessValue, path: readonly string[]): LosslessValue {
  return path.reduce<LosslessValue>((value, name) => {
    if (Array.isArray(value)) return value[indexOf(name, value.length - 1)] ?? null
    if (isObject(value) && Object.hasOwn(value, name)) return value[name] ?? null
    throw new Error(`there is nothing at ${name}`)
  }, document)
}

// https://www.rfc-editor.org/rfc/rfc6901
function pointerOf(operation: LosslessObject, member: 'path' | 'from'): string[] {
  const pointer = operation[member]
  if (typeof pointer === 'string' && (pointer === '' || pointer.startsWith('/')))
    return pointer
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  throw new Error(`its ${member} is no JSON pointer: ${JSON.stringify(pointer)}`)
}

function given(value: LosslessValue | undefined): LosslessValue {
  if (value !== undefined) return value
  throw new Error('has no value')
}
