import type { EndReason, EvaluatorThread } from './evaluator-thread.ts'

/** How long one job may take. */
export interface JobLimits {
  /** From the moment at which a thread starts on it. */
  readonly timeoutMs: number
  /** The `performance.now()` after which nobody waits for the answer any more, its time in the queue included. */
  readonly deadline: number
  /** The `performance.now()` until which it may wait for its turn; the deadline unless given. */
  readonly startBy?: number
  /** The client went away: the job leaves the queue, or its thread is ended. */
  readonly signal: AbortSignal
}

/** Ends the thread at the deadline or when the client goes away. Returns what stops the watch. */
export function watchJob(thread: EvaluatorThread, { timeoutMs, deadline, signal }: JobLimits): () => void {
  let isWatching = true
  const end = (reason: EndReason) => {
    if (isWatching) void thread.end(reason)
  }
  const onAbort = () => end('cancelled')
  const spanMs = Math.max(0, Math.min(timeoutMs, deadline - performance.now()))
  // One turn of the event loop later: an answer that lies in the queue already is in time, however busy we are.
  const timer = setTimeout(() => setImmediate(end, 'deadline'), spanMs)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return () => {
    isWatching = false
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
