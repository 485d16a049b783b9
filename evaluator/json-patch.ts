import {
  isNumber,
  isObject,
  type LosslessArray,
  type LosslessObject,
  type LosslessValue,
  sourceOf,
} from './lossless-json.ts'
import { isSameNumber } from './number-equality.ts'

/** https://www.rfc-editor.org/rfc/rfc6902 */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: LosslessValue }
  | { readonly op: 'remove'; readonly path: string }

// What the API server takes in a patch that a client sends; more is no mutation but another object.
const MAX_OPERATIONS = 10_000

/**
 * The patch that makes one document of another, as the Rust crate `json-patch` writes it for Kubewarden: added, removed
 * and replaced values, arrays compared index by index. Numbers that mean the same are left as they stand.
 */
export function diffJson(before: LosslessValue, after: LosslessValue): PatchOperation[] {
  const operations: PatchOperation[] = []
  diffValues({ before, after, path: '' }, (operation) => {
    operations.push(operation)
    if (operations.length > MAX_OPERATIONS) throw new Error(`policy changed more than ${MAX_OPERATIONS} places`)
  })
  return operations
}

interface Pair<Value = LosslessValue> {
  readonly before: Value
  readonly after: Value
  readonly path: string
}

type Emit = (operation: PatchOperation) => void

function diffValues({ before, after, path }: Pair, emit: Emit): void {
  if (isObject(before) && isObject(after)) diffObjects({ before, after, path }, emit)
  else if (Array.isArray(before) && Array.isArray(after)) diffArrays({ before, after, path }, emit)
  else if (!isSameScalar(before, after)) emit({ op: 'replace', path, value: after })
}

// Own members only, so that a member called `__proto__` or `constructor` is one like any other.
function diffObjects({ before, after, path }: Pair<LosslessObject>, emit: Emit): void {
  for (const [name, value] of Object.entries(before)) {
    const memberPath = `${path}/${escapeName(name)}`
    const kept = Object.getOwnPropertyDescriptor(after, name)
    if (kept === undefined) emit({ op: 'remove', path: memberPath })
    else diffValues({ before: value, after: kept.value, path: memberPath }, emit)
  }
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name)) emit({ op: 'add', path: `${path}/${escapeName(name)}`, value })
  }
}

function diffArrays({ before, after, path }: Pair<LosslessArray>, emit: Emit): void {
  for (const [index, value] of after.entries()) {
    const elementPath = `${path}/${index}`
    const previous = before[index]
    if (previous === undefined) emit({ op: 'add', path: elementPath, value })
    else diffValues({ before: previous, after: value, path: elementPath }, emit)
  }
  // each removal moves the rest forward, so that all happen at one index
  for (let index = after.length; index < before.length; index++) emit({ op: 'remove', path: `${path}/${after.length}` })
}

function isSameScalar(before: LosslessValue, after: LosslessValue): boolean {
  if (isNumber(before) && isNumber(after)) return isSameNumber(sourceOf(before), sourceOf(after))
  return before === after
}

// https://www.rfc-editor.org/rfc/rfc6901#section-3
function escapeName(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
