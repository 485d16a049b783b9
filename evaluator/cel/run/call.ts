import type { CheckedCall } from '../check/checker.ts'
import type { Overload } from '../types/environment.ts'
import { costOf } from './cost.ts'
import type { Step } from './frame.ts'
import { matchesType } from './runtime-type.ts'
import { Failure, noSuchOverload, type Result, type Value } from './values.ts'

/** A call of a function. Its cost is charged before it runs, so that a costly one does not run at all. */
export function planCall(call: CheckedCall, args: readonly Step[], isFree: boolean): Step {
  const invoke = planInvocation(call)
  const isResolved = call.overloads.length === 1
  return (frame) => {
    const values: Value[] = []
    for (const arg of args) {
      const value = arg(frame)
      if (value instanceof Failure) return value
      values.push(value)
    }
    if (!isFree) frame.meter.charge(costOf(call.name, values, isResolved))
    return invoke(values)
  }
}

function planInvocation({ name, declaration, overloads }: CheckedCall): (args: readonly Value[]) => Result {
  const { run } = declaration
  if (run !== undefined) return (args) => run(...args)
  // the values decide among all overloads, not only among those that the checker thought possible
  const candidates = overloads.length === 1 ? overloads : declaration.overloads
  return (args) => {
    const overload = candidates.find((each) => takes(each, args))
    return overload?.run === undefined ? noSuchOverload(name) : overload.run(...args)
  }
}

const takes = (overload: Overload, args: readonly Value[]) =>
  overload.run !== undefined &&
  overload.args.length === args.length &&
  overload.args.every((type, i) => matchesType(type, args[i] ?? null))
