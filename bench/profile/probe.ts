import { appendFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { MeteredEvaluator } from '../../evaluator/metered-evaluator.ts'
import { Drain } from '../../shim/http/drain.ts'
import { ReviewConnections } from '../../shim/http/review-connections.ts'
import { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { EvaluatorThread } from '../../shim/pool/evaluator-thread.ts'
import { monotonicMs, type ShimTimes } from './shim-times.ts'

// Loaded into a shim before it starts (`--import`), whose code knows nothing of it: writes down when things happen to each review,
// for one client that sends one request after the other. The file to write to stands behind `?file=` in this module's address.

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

const file = new URL(import.meta.url).searchParams.get('file')
let current: Partial<Writable<ShimTimes>> = {}
let activeAtRest = 0

if (isMainThread && file !== null) {
  // before the connection's own listener, which goes on with the review
  follow(ReviewConnections.prototype, 'add', {
    before: ([socket]) => socket instanceof Socket && socket.prependListener('data', begin),
  })
  follow(Drain.prototype, 'add', { before: () => mark('readAt') })
  follow(StartedEvaluatorPool.prototype, 'evaluate', { before: () => mark('askedAt') })
  for (const prototype of [MeteredEvaluator.prototype, EvaluatorThread.prototype]) {
    const method = prototype === MeteredEvaluator.prototype ? 'evaluate' : 'run'
    follow(prototype, method, { before: () => mark('evaluatedFrom'), after: () => remark('evaluatedTo') })
  }
  const writtenTo = file
  follow(Socket.prototype, 'write', { before: markEnd, after: () => finish(writtenTo) })
}

function begin(): void {
  // a request may come in pieces
  if (current.openedAt !== undefined) return
  current = { wokenMs: performance.eventLoopUtilization().active - activeAtRest, openedAt: monotonicMs() }
}

// of a review's answer, and of nothing else that is written
function markEnd(): void {
  if (current.askedAt !== undefined) mark('endAt')
}

function mark(key: keyof ShimTimes): void {
  current[key] ??= monotonicMs()
}

function remark(key: keyof ShimTimes): void {
  current[key] = monotonicMs()
}

// What the shim does after the answer has been asked for before: our turn comes when all of that is done.
function finish(writtenTo: string): void {
  const times = current
  if (times.endAt === undefined) return
  current = {}
  if (times.openedAt === undefined || times.askedAt === undefined) return
  times.writtenAt = monotonicMs()
  setImmediate(() => {
    times.afterMs = monotonicMs() - (times.writtenAt ?? 0)
    appendFileSync(writtenTo, `${JSON.stringify(times)}\n`)
    activeAtRest = performance.eventLoopUtilization().active
  })
}

interface Followers {
  readonly before: (parameters: readonly unknown[]) => void
  readonly after?: () => void
}

/** Calls followers around a method; after one that promises something, when that is there. */
function follow(prototype: object, name: string, { before, after = () => {} }: Followers): void {
  const method: unknown = Reflect.get(prototype, name)
  if (typeof method !== 'function') throw new TypeError(`there is no method ${name} to follow`)
  Reflect.set(prototype, name, function (this: unknown, ...parameters: unknown[]): unknown {
    before(parameters)
    const result: unknown = Reflect.apply(method, this, parameters)
    if (result instanceof Promise) return result.finally(after)
    after()
    return result
  })
}
