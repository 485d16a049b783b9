import { setTimeout as delay } from 'node:timers/promises'
import type { Limits } from '../limits.ts'
import { PassingFailure } from './failures.ts'

/** Takes a step, and takes it again after failures that may pass, as often and with such waits as the limits allow. */
export async function retry<T>(limits: Limits, signal: AbortSignal, step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step()
    } catch (error) {
      signal.throwIfAborted()
      await delay(waitAfter(error, attempt, limits), undefined, { signal })
    }
  }
}

// How long to wait before another attempt; throws when there is to be none.
function waitAfter(error: unknown, attempt: number, { attempts, backoffMs, longestWaitMs }: Limits): number {
  if (!(error instanceof PassingFailure)) throw error
  if (attempt >= attempts) throw exhausted(error, attempt)
  // less up to half of it, so that many who failed together do not come again together
  const waitMs = error.retryAfterMs ?? backoffMs * 2 ** (attempt - 1) * (1 - Math.random() / 2)
  if (waitMs <= longestWaitMs) return waitMs
  throw new PassingFailure(`${error.message}, and wants to be asked again in ${Math.ceil(waitMs / 1000)} s only`, {
    cause: error,
  })
}

function exhausted(error: PassingFailure, attempts: number): PassingFailure {
  return attempts === 1 ? error : new PassingFailure(`${error.message}; tried ${attempts} times`, { cause: error })
}
