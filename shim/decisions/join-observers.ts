import type { DecisionObserver } from './decision.ts'

/** One observer that tells all that there are; undefined when there is none, so that nobody need write anything down. */
export function joinObservers(observers: readonly (DecisionObserver | undefined)[]): DecisionObserver | undefined {
  const present = observers.filter((observer) => observer !== undefined)
  if (present.length === 0) return undefined
  return (decision) => {
    for (const observe of present) observe(decision)
  }
}
