import type { EvaluationRequest } from '../../evaluator/admission-request.ts'
import type { EvaluatedPolicy } from '../../evaluator/evaluate.ts'
import type { JobEnded } from './evaluator-thread.ts'
import type { JobAnswer } from './messages.ts'

/** One of several policies that are asked about the same request at once. */
export interface SharedJob<Limits> {
  readonly policy: EvaluatedPolicy
  readonly limits: Limits
  resolve(result: JobAnswer | JobEnded): void
  reject(error: unknown): void
}

/**
 * Collects the policies that are asked about one request in one turn of the event loop. A message to a thread costs as much as
 * some evaluations, so that each thread is sent its share of them in one.
 */
export class SharedJobs<Limits> {
  readonly #collecting = new Map<EvaluationRequest, SharedJob<Limits>[]>()
  readonly #run: (request: EvaluationRequest, jobs: readonly SharedJob<Limits>[]) => void

  /** @param run is given all of them at the end of the turn */
  constructor(run: (request: EvaluationRequest, jobs: readonly SharedJob<Limits>[]) => void) {
    this.#run = run
  }

  add(policy: EvaluatedPolicy, request: EvaluationRequest, limits: Limits): Promise<JobAnswer | JobEnded> {
    const { promise, resolve, reject } = Promise.withResolvers<JobAnswer | JobEnded>()
    const jobs = this.#collecting.get(request) ?? this.#collect(request)
    jobs.push({ policy, limits, resolve, reject })
    return promise
  }

  #collect(request: EvaluationRequest): SharedJob<Limits>[] {
    const jobs: SharedJob<Limits>[] = []
    this.#collecting.set(request, jobs)
    queueMicrotask(() => {
      this.#collecting.delete(request)
      this.#run(request, jobs)
    })
    return jobs
  }
}

/** Deals items out to so many hands, one after the other; fewer hands where there are fewer items. */
export function deal<T>(items: readonly T[], hands: number): T[][] {
  const count = Math.min(hands, items.length)
  return Array.from({ length: count }, (_, hand) => items.filter((_, index) => index % count === hand))
}
