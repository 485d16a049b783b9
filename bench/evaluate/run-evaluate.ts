import { EvaluatorPool, type StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import { SILENT_LOG } from '../../util/log.ts'
import type { Steps } from '../../util/steps.ts'
import { describeMachine } from '../machine.ts'
import { summarize } from '../statistics.ts'
import { worstOf } from '../verdict.ts'
import { LoopThread } from './loop-thread.ts'
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

/** So many of one path in a row; then it is the other's turn, so that both see the same machine. */
const TURN = 100

interface Threads {
  readonly loop: LoopThread
  readonly pool: StartedEvaluatorPool
}

/** Measures every sample policy by itself, without an API server: in a bare loop, and through the threads of the shim. */
export async function runEvaluate(options: RunEvaluateOptions, steps: Steps): Promise<EvaluateReport> {
  const samples = await steps.run('Loading the sample policies', loadSamples)
  await using loop = new LoopThread()
  await using pool = await new EvaluatorPool({
    workers: 1,
    queue: 1,
    log: SILENT_LOG,
    onPolicyLog: () => {},
    onThreadEnd: () => {},
  }).start()
  pool.setPolicies(samples.map(({ policy }) => policy))
  const rows: EvaluateRow[] = []
  for (const sample of samples) {
    const title = `Measuring ${sample.policy.id}, ${options.requests} evaluations on each path`
    rows.push(await steps.run(title, () => measure(sample, { loop, pool }, options)))
  }
  return { machine: describeMachine(), rows, verdict: worstOf(rows.flatMap(({ goals }) => goals)) }
}

async function measure(sample: Sample, threads: Threads, options: RunEvaluateOptions): Promise<EvaluateRow> {
  await takeTurns(sample, threads, { ...options, requests: options.warmup })
  const { messages, evaluations, cleanings, through } = await takeTurns(sample, threads, options)
  const tenth = Math.ceil(through.length / 10)
  const figures: EvaluateFigures = {
    policy: sample.policy.id,
    executionMode: sample.policy.module.executionMode,
    isParked: sample.policy.module.restorable !== undefined,
    message: summarize(messages),
    bare: summarize(evaluations),
    cleaning: summarize(cleanings),
    through: summarize(through),
    drift: summarize(through.slice(-tenth)).p50 / summarize(through.slice(0, tenth)).p50,
  }
  return { ...figures, goals: judgeEvaluation(figures) }
}

async function takeTurns(sample: Sample, { loop, pool }: Threads, { requests, signal }: RunEvaluateOptions) {
  const taken = {
    messages: [] as number[],
    evaluations: [] as number[],
    cleanings: [] as number[],
    through: [] as number[],
  }
  for (let left = requests; left > 0; left -= TURN) {
    signal.throwIfAborted()
    const times = Math.min(left, TURN)
    taken.messages.push(...(await loop.sendNothing(times)))
    const bare = await loop.evaluate(sample, times)
    taken.evaluations.push(...bare.evaluations)
    taken.cleanings.push(...bare.cleanings)
    taken.through.push(...(await askPool(pool, sample, times, signal)))
  }
  return taken
}

const PATIENCE_MS = 60_000

async function askPool(
  pool: StartedEvaluatorPool,
  { policy, request }: Sample,
  times: number,
  signal: AbortSignal,
): Promise<number[]> {
  const samples: number[] = []
  for (let time = 0; time < times; time++) {
    const limits = { timeoutMs: PATIENCE_MS, deadline: performance.now() + PATIENCE_MS, signal }
    // the pool takes a request's bytes away
    const copy = { ...request, json: request.json.slice() }
    const startedAt = performance.now()
    const outcome = await pool.evaluate(policy, copy, limits)
    samples.push(performance.now() - startedAt)
    if (outcome.kind !== 'answered' || outcome.value.status?.code === 500)
      throw new Error(`${policy.id} does not answer: ${JSON.stringify(outcome)}`)
  }
  return samples
}
