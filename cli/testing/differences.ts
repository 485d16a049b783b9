import { diffJson } from '../../evaluator/json-patch.ts'
import { isObject, type LosslessValue } from '../../evaluator/lossless-json.ts'

/** One place at which two documents are not the same; a side that has nothing there is left out. */
export interface Difference {
  /** A JSON pointer, empty for all of it. */
  readonly path: string
  readonly expected?: LosslessValue
  readonly actual?: LosslessValue
}

/** The places at which two documents differ; numbers that mean the same are the same. */
export function findDifferences(expected: LosslessValue, actual: LosslessValue): Difference[] {
  const differences = changesOf(expected, actual)
  if (differences.length > 0) return differences
  // one way, a number that a double has rounded is no change
  return changesOf(actual, expected).map(({ path, expected, actual }) => ({
    path,
    ...(actual === undefined ? {} : { expected: actual }),
    ...(expected === undefined ? {} : { actual: expected }),
  }))
}

function changesOf(expected: LosslessValue, actual: LosslessValue): Difference[] {
  return diffJson(expected, actual).map((operation, index, operations) => {
    const { path } = operation
    if (operation.op === 'add') return { path, actual: operation.value }
    if (operation.op === 'replace')
      return { path, expected: lookUp(expected, path.split('/').slice(1)) ?? null, actual: operation.value }
    // elements that are removed from a list's end are all removed at the place of the first
    const before = operations.slice(0, index).filter((other) => other.op === 'remove' && other.path === path).length
    const place = before === 0 ? path : path.replace(/\d+$/, (first) => String(Number(first) + before))
    return { path: place, expected: lookUp(expected, place.split('/').slice(1)) ?? null }
  })
}

export function isSameJson(expected: LosslessValue, actual: LosslessValue): boolean {
  return findDifferences(expected, actual).length === 0
}

function lookUp(value: LosslessValue | undefined, names: readonly string[]): LosslessValue | undefined {
  const [name, ...rest] = names
  if (name === undefined) return value
  if (Array.isArray(value)) return lookUp(value[Number(name)], rest)
  const member = name.replaceAll('~1', '/').replaceAll('~0', '~')
  return isObject(value) && Object.hasOwn(value, member) ? lookUp(value[member], rest) : undefined
}
