import type { Step } from './frame.ts'
import { Optional } from './optional.ts'
import { Failure, noSuchOverload, type Result } from './values.ts'

/** `&&`: false as soon as one operand is false, wherever it stands; else the first failure; else true. */
export const planAnd = (operands: readonly Step[]) => planLogical(operands, false)

/** `||`: true as soon as one operand is true; else the first failure; else false. */
export const planOr = (operands: readonly Step[]) => planLogical(operands, true)

function planLogical(operands: readonly Step[], decisive: boolean): Step {
  return (frame) => {
    let failure: Failure | undefined
    for (const operand of operands) {
      const value = operand(frame)
      if (value === decisive) return decisive
      if (typeof value !== 'boolean') failure ??= failureOf(value)
    }
    return failure ?? !decisive
  }
}

/** `condition ? then : otherwise`. */
export function planConditional([condition, then, otherwise]: readonly Step[]): Step {
  return (frame) => {
    const value = condition?.(frame) ?? null
    if (typeof value !== 'boolean') return failureOf(value)
    return (value ? then : otherwise)?.(frame) ?? null
  }
}

/** `a.or(b)` and `a.orValue(b)`: the second is evaluated only if the first is empty. */
export function planOptionalOr([first, second]: readonly Step[], name: string): Step {
  return (frame) => {
    const value = first?.(frame) ?? null
    if (!(value instanceof Optional)) return failureOf(value)
    if (value.value === undefined) return second?.(frame) ?? null
    return name === 'or' ? value : value.value
  }
}

/** What the macros ask before they go on: only `false` ends them, a failure does not. */
export function planNotStrictlyFalse([operand]: readonly Step[]): Step {
  return (frame) => {
    frame.meter.charge(1)
    return operand?.(frame) !== false
  }
}

const failureOf = (value: Result) => (value instanceof Failure ? value : noSuchOverload())
