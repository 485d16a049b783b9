import { randomInt } from 'node:crypto'
import { RegoNumber, type RegoValue } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { limitMembers } from './limits.ts'
import { countAt, integerAt, textAt } from './operands.ts'
import { remember } from './query.ts'

// What node's random numbers end at.
const MAX_RANDOM = 2 ** 48 - 1

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/numbers */
export const NUMBERS: Builtins = {
  'numbers.range_step': (args) => range(integerAt(args, 0), integerAt(args, 1), integerAt(args, 2)),
  'rand.intn': (args, query) => {
    const [key, limit] = [textAt(args, 0), Math.abs(countAt(args, 1))]
    const draw = () => RegoNumber.of(limit === 0 ? 0 : randomInt(Math.min(limit, MAX_RANDOM)))
    return remember(query, `rand.intn ${limit} ${key}`, draw)
  },
}

// Upwards or downwards, both ends included.
function range(from: bigint, to: bigint, step: bigint): RegoValue {
  if (step <= 0n) throw new NotDefined('the step must be positive')
  const distance = from <= to ? to - from : from - to
  const count = distance / step + 1n
  limitMembers(count)
  const signed = from <= to ? step : -step
  return Array.from({ length: Number(count) }, (_, index) => RegoNumber.of(from + BigInt(index) * signed))
}
