import { compareValues } from './order.ts'
import { type RegoArray, type RegoEntry, RegoObject, RegoSet, type RegoValue } from './value.ts'

/** Of a key that is given more than once, the last value counts. */
export function toObject(entries: readonly RegoEntry[]): RegoObject {
  const sorted = entries.toSorted(([left], [right]) => compareValues(left, right))
  return new RegoObject(
    sorted.filter(([key], index) => {
      const next = sorted[index + 1]
      return next === undefined || compareValues(key, next[0]) !== 0
    }),
  )
}

export function toSet(members: RegoArray): RegoSet {
  const sorted = members.toSorted(compareValues)
  return new RegoSet(sorted.filter((member, i) => i === 0 || compareValues(sorted[i - 1] ?? null, member) !== 0))
}

export function getMember({ entries }: RegoObject, key: RegoValue): RegoValue | undefined {
  return entries[searchSorted(entries, ([candidate]) => compareValues(candidate, key))]?.[1]
}

export function hasMember({ members }: RegoSet, member: RegoValue): boolean {
  return searchSorted(members, (candidate) => compareValues(candidate, member)) >= 0
}

// Where it is, or -1.
function searchSorted<T>(list: readonly T[], compareTo: (candidate: T) => number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareTo(list[middle] as T)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return -1
}
