import { isObject, type LosslessObject, type LosslessValue, parseLossless } from '../../lossless-json.ts'

const OPERATIONS: ReadonlyMap<LosslessValue | undefined, 'value' | 'from' | undefined> = new Map([
  ['add', 'value'],
  ['replace', 'value'],
  ['test', 'value'],
  ['remove', undefined],
  ['move', 'from'],
  ['copy', 'from'],
])

/**
 * A JSON Patch that a guest wrote, in base64, as one that we would write: it is joined with others and looked into.
 * Undefined if it is none. https://www.rfc-editor.org/rfc/rfc6902
 */
export function normalizePatch(patch: string): string | undefined {
  const operations = parse(patch)
  if (!Array.isArray(operations) || !operations.every(isOperation)) return undefined
  return Buffer.from(JSON.stringify(operations)).toString('base64')
}

function parse(patch: string): LosslessValue | undefined {
  const bytes = Buffer.from(patch, 'base64')
  // what is no base64 is skipped in silence
  if (bytes.toString('base64') !== patch) return undefined
  try {
    return parseLossless(bytes)
  } catch {
    return undefined
  }
}

function isOperation(operation: LosslessValue): operation is LosslessObject {
  if (!isObject(operation) || !OPERATIONS.has(operation['op']) || !isPointer(operation['path'])) return false
  switch (OPERATIONS.get(operation['op'])) {
    case 'value':
      return operation['value'] !== undefined
    case 'from':
      return isPointer(operation['from'])
    default:
      return true
  }
}

// https://www.rfc-editor.org/rfc/rfc6901#section-3
function isPointer(value: LosslessValue | undefined): boolean {
  return typeof value === 'string' && (value === '' || value.startsWith('/')) && !/~(?![01])/.test(value)
}
