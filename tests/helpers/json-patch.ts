import type { PatchOperation } from '../../evaluator/json-patch.ts'

type Json = unknown

/** Applies added, removed and replaced values as RFC 6902 says; in place, where the document is a container. */
export function applyPatch(document: Json, operations: readonly PatchOperation[]): Json {
  return operations.reduce(applyOperation, document)
}

function applyOperation(document: Json, operation: PatchOperation): Json {
  const names = operation.path.split('/').slice(1).map(unescapeName)
  const last = names.pop()
  if (last === undefined) return operation.op === 'remove' ? undefined : operation.value
  const parent = names.reduce(memberOf, document)
  if (Array.isArray(parent)) applyToArray(parent, Number(last), operation)
  else applyToObject(parent as object, last, operation)
  return document
}

function memberOf(container: Json, name: string): Json {
  const member = Object.getOwnPropertyDescriptor(container, name)
  if (member === undefined) throw new Error(`nothing at ${name}`)
  return member.value
}

function applyToArray(array: Json[], index: number, operation: PatchOperation): void {
  const isThere = index < array.length
  if (operation.op === 'add' ? index > array.length : !isThere) throw new Error(`nothing at ${operation.path}`)
  if (operation.op === 'remove') array.splice(index, 1)
  else array.splice(index, operation.op === 'add' ? 0 : 1, operation.value)
}

function applyToObject(object: object, name: string, operation: PatchOperation): void {
  if (operation.op !== 'add') memberOf(object, name)
  if (operation.op === 'remove') Reflect.deleteProperty(object, name)
  else
    Object.defineProperty(object, name, {
      value: operation.value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

function unescapeName(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~')
}
