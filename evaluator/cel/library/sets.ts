import { listContains } from '../run/equality.ts'
import type { Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'

type List = readonly Value[]

/** Lists as sets. https://pkg.go.dev/github.com/google/cel-go/ext#Sets */
export const sets: Library = {
  functions: {
    'sets.contains(list<T>, list<T>): bool': containsAll,
    'sets.equivalent(list<T>, list<T>): bool': (left: List, right: List) =>
      containsAll(left, right) && containsAll(right, left),
    'sets.intersects(list<T>, list<T>): bool': (left: List, right: List) =>
      left.some((each) => listContains(right, each)),
  },
}

function containsAll(list: List, part: List): boolean {
  return part.every((each) => listContains(list, each))
}
