import { withFileLock } from '../util/file-lock.ts'
import type { Steps } from '../util/steps.ts'

/** Longer than any `up`, even one that builds its binaries. */
const LOCK_TIMEOUT_MS = 60 * 60 * 1000

export interface Locking {
  readonly layout: { readonly name: string; readonly lock: string }
  readonly steps: Steps
  readonly signal?: AbortSignal | undefined
}

/** Runs the action while nobody else changes this cluster, and says for whom it waits until then. */
export async function whileLocked<T>({ layout, steps, signal }: Locking, action: () => Promise<T>): Promise<T> {
  const { promise: waited, resolve: stopWaiting } = Promise.withResolvers<void>()
  const onWait = ({ pid }: { pid: number }) =>
    void steps.run(`Waiting for process ${pid}, which is changing cluster '${layout.name}'`, () => waited)
  try {
    return await withFileLock(layout.lock, { timeoutMs: LOCK_TIMEOUT_MS, onWait, signal }, async () => {
      stopWaiting()
      return action()
    })
  } finally {
    stopWaiting()
  }
}
