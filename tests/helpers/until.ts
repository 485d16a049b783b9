import { setTimeout as delay } from 'node:timers/promises'

/** Returns when the condition holds; tap's own timeout ends a test whose condition never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10)
}
