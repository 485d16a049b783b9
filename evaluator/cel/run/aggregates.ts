import type { ListExpr, MapExpr } from '../syntax/ast.ts'
import { CelMap } from './cel-map.ts'
import type { Frame, Step } from './frame.ts'
import { Optional } from './optional.ts'
import type { PlanParts, Slots } from './plan-parts.ts'
import { Failure, type Result, type Value } from './values.ts'

const LIST_COST = 10
const MAP_COST = 30

/** `[a, ?b]`: elements written with `?` are left out if they are empty. */
export function planList({ elements }: ListExpr, slots: Slots, planner: PlanParts): Step {
  const steps = elements.map(({ value, isOptional }) => ({ step: planner.plan(value, slots), isOptional }))
  return (frame) => {
    frame.meter.charge(LIST_COST)
    const list: Value[] = []
    for (const { step, isOptional } of steps) {
      const value = isOptional ? unwrap(step(frame)) : step(frame)
      if (value instanceof Failure) return value
      if (value !== undefined) list.push(value)
    }
    return list
  }
}

/** `{k: a, ?l: b}`. */
export function planMap({ entries }: MapExpr, slots: Slots, planner: PlanParts): Step {
  const steps = entries.map(({ key, value, isOptional }) => ({
    keyStep: planner.plan(key, slots),
    valueStep: planner.plan(value, slots),
    isOptional,
  }))
  return (frame) => {
    frame.meter.charge(MAP_COST)
    const map = new CelMap()
    for (const entry of steps) {
      const failure = addEntry(map, entry, frame)
      if (failure !== undefined) return failure
    }
    return map
  }
}

interface EntrySteps {
  readonly keyStep: Step
  readonly valueStep: Step
  readonly isOptional: boolean
}

function addEntry(map: CelMap, { keyStep, valueStep, isOptional }: EntrySteps, frame: Frame): Failure | undefined {
  const key = keyStep(frame)
  if (key instanceof Failure) return key
  const value = isOptional ? unwrap(valueStep(frame)) : valueStep(frame)
  if (value instanceof Failure) return value
  if (value === undefined) map.delete(key)
  else if (!map.set(key, value)) return new Failure('unsupported key type')
  return undefined
}

function unwrap(value: Result): Result | undefined {
  if (value instanceof Failure) return value
  return value instanceof Optional
    ? value.value
    : new Failure('cannot initialize optional entry from non-optional value')
}
