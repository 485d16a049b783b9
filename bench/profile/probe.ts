import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { isMainThread } from 'node:worker_threads'
import { MeteredEvaluator } from '../../evaluator/metered-evaluator.ts'
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
  subscribe('http.server.request.start', (message) => begin((message as { request: IncomingMessage }).request))
  follow(StartedEvaluatorPool.prototype, 'evaluate', { before: () => mark('askedAt') })
  for (const prototype of [MeteredEvaluator.prototype, EvaluatorThread.prototype]) {
    const method = prototype === MeteredEvaluator.prototype ? 'evaluate' : 'run'
    follow(prototype, method, { before: () => mark('evaluatedFrom'), after: () => remark('evaluatedTo') })
  }
  const writtenTo = file
  follow(ServerResponse.prototype, 'end', { before: () => mark('endAt'), after: () => finish(writtenTo) })
}

function begin(request: IncomingMessage): void {
  current = { wokenMs: performance.eventLoopUtilization().active - activeAtRest, headAt: monotonicMs() }
  // before the shim's own listener, which goes on with the review
  request.once('end', () => mark('bodyAt'))
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
  current = {}
  if (times.headAt === undefined || times.askedAt === undefined) return
  times.writtenAt = monotonicMs()
  setImmediate(() => {
    times.afterMs = monotonicMs() - (times.writtenAt ?? 0)
    appendFileSync(writtenTo, `${JSON.stringify(times)}\n`)
    activeAtRest = performance.eventLoopUtilization().active
  })
}

interface Followers {
  readonly before: () => void
  readonly after?: () => void
}

/** Calls followers around a method; after one that promises something, when that is there. */
function follow(prototype: object, name: string, { before, after = () => {} }: Followers): void {
  const method: unknown = Reflect.get(prototype, name)
  if (typeof method !== 'function') throw new TypeError(`there is no method ${name} to follow`)
  Reflect.set(prototype, name, function (this: unknown, ...parameters: unknown[]): unknown {
    before()
    const result: unknown = Reflect.apply(method, this, parameters)
    if (result instanceof Promise) return result.finally(after)
    after()
    return result
  })
}
