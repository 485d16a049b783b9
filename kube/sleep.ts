import { setTimeout as delay } from 'node:timers/promises'

/** Waits, or returns at once when the signal aborts; whoever called looks at the signal. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
