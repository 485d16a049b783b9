import { getMember, hasMember } from '../values/collections.ts'
import { isEqual } from '../values/order.ts'
import { isArray, type RegoArray, RegoObject, RegoSet, type RegoValue } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { limitMembers } from './limits.ts'
import { valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/object */
export const OBJECTS: Builtins = {
  'object.subset': (args) => {
    const [all, part] = [valueAt(args, 0), valueAt(args, 1)]
    if (isArray(all) && part instanceof RegoSet)
      return part.members.every((member) => includes(all, member)) && all.length > 0
    return findSubset(all, part) ?? refuse()
  },
}

// Whether one value holds the other; undefined for values of different types.
function findSubset(all: RegoValue, part: RegoValue): boolean | undefined {
  if (all instanceof RegoObject && part instanceof RegoObject)
    return part.entries.every(([key, value]) => holdsMember(getMember(all, key), value))
  if (all instanceof RegoSet && part instanceof RegoSet) return part.members.every((member) => hasMember(all, member))
  return isArray(all) && isArray(part) ? holdsRun(all, part) : undefined
}

function holdsMember(found: RegoValue | undefined, wanted: RegoValue): boolean {
  if (found === undefined) return false
  return isEqual(found, wanted) || (findSubset(found, wanted) ?? false)
}

// Elements one after the other. A search that fails goes on behind what it has looked at, as OPA's does.
function holdsRun(all: RegoArray, part: RegoArray): boolean {
  if (part.length > all.length) return false
  limitMembers(Math.ceil((all.length * Math.max(part.length, 1)) / 100))
  let [start, matched] = [0, 0]
  while (matched < part.length) {
    const element = all[start + matched]
    if (element === undefined) return false
    if (isEqual(element, part[matched] ?? null)) matched += 1
    else [start, matched] = [start + 1, 0]
  }
  return true
}

const includes = (all: RegoArray, member: RegoValue) => all.some((candidate) => isEqual(candidate, member))

function refuse(): never {
  throw new NotDefined('both must be of one type')
}
