import { NotDefined } from '../builtins/builtin.ts'
import { getMember, hasMember, toObject, toSet } from '../values/collections.ts'
import { isEqual } from '../values/order.ts'
import { isArray, type RegoArray, RegoNumber, RegoObject, RegoSet, type RegoValue } from '../values/value.ts'
import type { Path } from './path.ts'

export function findAtPath(target: RegoValue | undefined, path: Path): RegoValue {
  return path.reduce<RegoValue>(childOf, there(target))
}

/** A document with a value added: to an array before the element at its place, to a set as what its path ends in. */
export function insertAtPath(target: RegoValue | undefined, path: Path, value: RegoValue): RegoValue {
  return editParent(
    target,
    path,
    () => value,
    (parent, key) => insertChild(parent, key, value),
  )
}

/** A document without what is at a place; undefined when that was all of it. */
export function removeAtPath(target: RegoValue | undefined, path: Path): RegoValue | undefined {
  if (path.length === 0) return target === undefined ? missing() : undefined
  return editParent(target, path, missing, removeChild)
}

type EditChild = (parent: RegoValue, key: RegoValue) => RegoValue

function editParent(target: RegoValue | undefined, path: Path, atRoot: () => RegoValue, edit: EditChild): RegoValue {
  const [key, ...rest] = path
  if (key === undefined) return atRoot()
  if (target === undefined) return missing()
  if (rest.length === 0) return edit(target, key)
  return replaceChild(target, key, editParent(childOf(target, key), rest, atRoot, edit))
}

function childOf(parent: RegoValue, key: RegoValue): RegoValue {
  if (parent instanceof RegoObject) return there(getMember(parent, key))
  if (parent instanceof RegoSet) return hasMember(parent, key) ? key : missing()
  if (isArray(parent)) return there(parent[indexIn(parent, key)])
  return missing()
}

function insertChild(parent: RegoValue, key: RegoValue, value: RegoValue): RegoValue {
  if (parent instanceof RegoObject) return toObject([...parent.entries, [key, value]])
  if (parent instanceof RegoSet) return isEqual(key, value) ? toSet([...parent.members, value]) : missing()
  if (!isArray(parent)) return missing()
  const index = indexIn(parent, key)
  return index <= parent.length ? parent.toSpliced(index, 0, value) : missing()
}

function removeChild(parent: RegoValue, key: RegoValue): RegoValue {
  childOf(parent, key)
  if (parent instanceof RegoObject) return toObject(parent.entries.filter(([name]) => !isEqual(name, key)))
  if (parent instanceof RegoSet) return toSet(parent.members.filter((member) => !isEqual(member, key)))
  return isArray(parent) ? parent.toSpliced(indexIn(parent, key), 1) : missing()
}

function replaceChild(parent: RegoValue, key: RegoValue, child: RegoValue): RegoValue {
  if (parent instanceof RegoObject) return toObject([...parent.entries, [key, child]])
  if (parent instanceof RegoSet) return toSet([...parent.members.filter((member) => !isEqual(member, key)), child])
  return isArray(parent) ? parent.with(indexIn(parent, key), child) : missing()
}

// `-` is the place after the last element.
function indexIn(array: RegoArray, key: RegoValue): number {
  const text = key instanceof RegoNumber ? key.text : key
  if (text === '-') return array.length
  return typeof text === 'string' && /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : missing()
}

// Null is there.
function there(value: RegoValue | undefined): RegoValue {
  return value === undefined ? missing() : value
}

function missing(): never {
  throw new NotDefined('nothing is there')
}
