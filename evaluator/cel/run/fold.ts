import type { Comprehension } from '../syntax/ast.ts'
import { CelMap } from './cel-map.ts'
import type { Frame, Step } from './frame.ts'
import type { PlanParts, Slots } from './plan-parts.ts'
import { Failure, type Result, type Value } from './values.ts'

/** A list that its loop alone can see, so that `accumulator + [x]` may add in place. */
export class GrowingList extends Array<Value> {}

/** A map that its loop alone can see. */
export class GrowingMap extends CelMap {}

interface Fold {
  readonly range: Step
  readonly init: Step
  /** Absent if the loop always goes on. */
  readonly condition: Step | undefined
  readonly step: Step
  readonly result: Step
  readonly hasTwo: boolean
  /** Where the accumulator is; the loop's variables stand behind it. */
  readonly slot: number
}

/** A loop that macros stand for. */
export function planComprehension(expr: Comprehension, slots: Slots, planner: PlanParts): Step {
  const slot = slots.size
  const outer = withSlot(slots, expr.accumulator, slot)
  const first = withSlot(outer, expr.variable, slot + 1)
  const inner = expr.variable2 === undefined ? first : withSlot(first, expr.variable2, slot + 2)
  const { condition } = expr
  const isEndless = condition.kind === 'literal' && condition.value === true
  const fold: Fold = {
    range: planner.plan(expr.range, slots),
    init: planner.plan(expr.init, slots),
    condition: isEndless ? undefined : planner.plan(condition, inner),
    step: planner.plan(expr.step, inner),
    result: planner.plan(expr.result, outer),
    hasTwo: expr.variable2 !== undefined,
    slot,
  }
  return (frame) => run(fold, frame)
}

function run(fold: Fold, frame: Frame): Result {
  const range = fold.range(frame)
  if (range instanceof Failure) return range
  const items = itemsOf(range, fold.hasTwo)
  if (items === undefined) return new Failure('expected a list or a map to go through')
  const { locals } = frame
  locals[fold.slot] = startOf(fold.init(frame))
  for (const [first = null, second = null] of items) {
    locals[fold.slot + 1] = first
    if (fold.hasTwo) locals[fold.slot + 2] = second
    if (!goesOn(fold, frame)) break
    locals[fold.slot] = fold.step(frame)
  }
  return settle(fold.result(frame))
}

// Without a condition, a failure is what the loop ends in: nothing turns it into a value again.
function goesOn({ condition, slot }: Fold, frame: Frame): boolean {
  return condition === undefined ? !(frame.locals[slot] instanceof Failure) : condition(frame) === true
}

function* pairs(list: readonly Value[]): Iterable<[Value, Value]> {
  for (let i = 0; i < list.length; i++) yield [BigInt(i), list[i] as Value]
}

function itemsOf(range: Value, hasTwo: boolean): Iterable<readonly Value[]> | undefined {
  if (range instanceof CelMap) return range.pairs()
  if (!Array.isArray(range)) return undefined
  return hasTwo ? pairs(range) : range.map((element) => [element])
}

function startOf(init: Result): Result {
  if (Array.isArray(init) && init.length === 0) return new GrowingList()
  return init instanceof CelMap && init.size === 0 ? new GrowingMap() : init
}

function settle(result: Result): Result {
  if (result instanceof GrowingList) return Array.from(result)
  return result instanceof GrowingMap ? CelMap.of(result.pairs()) : result
}

function withSlot(slots: Slots, name: string, slot: number): Slots {
  // a hidden variable keeps its place, so that no two share one
  const hidden = slots.has(name) ? [[`#${slot}`, slots.get(name) ?? 0] as const] : []
  return new Map([...slots, ...hidden, [name, slot]])
}
