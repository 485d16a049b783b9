import { isArray, RegoSet, type RegoValue } from '../values/value.ts'
import { showValue } from '../values/write-value.ts'
import { type Builtins, NotDefined, type Query } from './builtin.ts'
import { arrayAt, textAt } from './operands.ts'

const MAX_LINES = 100

/** `trace` and `print`: what they say goes to the policy's log. */
export const LOG: Builtins = {
  trace: (args, query) => {
    query.print(textAt(args, 0))
    return true
  },
  // A set for each operand, for one may have several values, or none.
  'internal.print': (args, query) => {
    printLines(arrayAt(args, 0), query)
    return true
  },
}

function printLines(operands: readonly RegoValue[], query: Query): void {
  let lines: string[][] = [[]]
  for (const operand of operands) {
    const texts = textsOf(operand)
    lines = lines.flatMap((line) => texts.map((text) => [...line, text])).slice(0, MAX_LINES)
  }
  for (const line of lines) query.print(line.join(' '))
}

function textsOf(operand: RegoValue): readonly string[] {
  if (!(operand instanceof RegoSet)) {
    // modules of old compilers hand sets over as arrays
    if (!isArray(operand)) throw new NotDefined('must be a set')
    return operand.map(textOf)
  }
  return operand.members.length === 0 ? ['<undefined>'] : operand.members.map(textOf)
}

const textOf = (value: RegoValue) => (typeof value === 'string' ? value : showValue(value))
