import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import type { Steps } from '../../util/steps.ts'
import { describeMachine } from '../machine.ts'
import { summarize } from '../statistics.ts'
import { worstOf } from '../verdict.ts'
import { LoopThread } from './loop-thread.ts'
import { askPool, startPool } from './pools.ts'
import type { EvaluateFigures, EvaluateReport, EvaluateRow } from './report.ts'
import { loadSamples, type Sample } from './samples.ts'
import { judgeEvaluation } from './verdict.ts'

export interface RunEvaluateOptions {
  /** Measured evaluations of each policy, on each path. */
  readonly requests: number
  /** Evaluations of each before that. */
  readonly warmup: number
  readonly signal: AbortSignal
}

/** So many of one path in a row; then it is the other's turn, so that all see the same machine. */
const TURN = 100

interface Threads {
  readonly loop: LoopThread
  /** As the shim's. */
  readonly pool: StartedEvaluatorPool
  /** Leaves nothing to the front. */
  readonly threads: StartedEvaluatorPool
}

/** Measures every sample policy by itself, without an API server: in a bare loop, as the shim asks, and in threads. */
export async function runEvaluate(options: RunEvaluateOptions, steps: Steps): Promise<EvaluateReport> {
  const samples = await steps.run('Loading the sample policies', loadSamples)
  await using loop = new LoopThread()
  await using pool = await startPool(samples, { evaluatesInFront: true })
  await using threads = await startPool(samples, { evaluatesInFront: false })
  const rows: EvaluateRow[] = []
  for (const sample of samples) {
    const title = `Measuring ${sample.policy.id}, ${options.requests} evaluations on each path`
    rows.push(await steps.run(title, () => measure(sample, { loop, pool, threads }, options)))
  }
  return { machine: describeMachine(), rows, verdict: worstOf(rows.flatMap(({ goals }) => goals)) }
}

async function measure(sample: Sample, threads: Threads, options: RunEvaluateOptions): Promise<EvaluateRow> {
  await takeTurns(sample, threads, { ...options, requests: options.warmup })
  const taken = await takeTurns(sample, threads, options)
  const { id, module } = sample.policy
  const figures: EvaluateFigures = {
    policy: id,
    executionMode: module.executionMode,
    isParked: module.restorable !== undefined,
    isInFront: taken.inFront * 2 > taken.through.length,
    message: summarize(taken.messages),
    bare: summarize(taken.evaluations),
    cleaning: summarize(taken.cleanings),
    bareClosed: summarize(taken.evaluations.map((evaluation, index) => evaluation + (taken.cleanings[index] ?? 0))),
    through: summarize(taken.through),
    throughClosed: summarize(taken.throughClosed),
    thread: summarize(taken.thread),
  }
  return { ...figures, goals: judgeEvaluation(figures) }
}

async function takeTurns(sample: Sample, { loop, pool, threads }: Threads, { requests, signal }: RunEvaluateOptions) {
  const taken = {
    messages: [] as number[],
    evaluations: [] as number[],
    cleanings: [] as number[],
    through: [] as number[],
    throughClosed: [] as number[],
    thread: [] as number[],
    inFront: 0,
  }
  for (let left = requests; left > 0; left -= TURN) {
    signal.throwIfAborted()
    const times = Math.min(left, TURN)
    taken.messages.push(...(await loop.sendNothing(times)))
    const bare = await loop.evaluate(sample, times)
    taken.evaluations.push(...bare.evaluations)
    taken.cleanings.push(...bare.cleanings)
    const { answered, closed, inFront } = await askPool(pool, sample, times, signal)
    taken.through.push(...answered)
    taken.throughClosed.push(...closed)
    taken.inFront += inFront
    taken.thread.push(...(await askPool(threads, sample, times, signal)).answered)
  }
  return taken
}
