import type { StartedEvaluatorPool } from '../../shim/pool/evaluator-pool.ts'
import type { Steps } from '../../util/steps.ts'
import { describeMachine } from '../machine.ts'
import { median, summarize } from '../statistics.ts'
import { worstOf } from '../verdict.ts'
import { type DriftReport, type DriftRow, type DriftTenth, judgeDrift } from './drift-report.ts'
import { askPool, startPool } from './pools.ts'
import { loadSamples, type Sample } from './samples.ts'

export interface RunDriftOptions {
  /** Of each guest kind. */
  readonly evaluations: number
  readonly warmup: number
  readonly signal: AbortSignal
}

/** Asks one policy of each guest kind very often, and compares the end with the beginning. */
export async function runDrift({ evaluations, warmup, signal }: RunDriftOptions, steps: Steps): Promise<DriftReport> {
  const samples = firstOfEachKind(await steps.run('Loading the sample policies', loadSamples))
  const rows: DriftRow[] = []
  for (const sample of samples) {
    const { id, module } = sample.policy
    await using pool = await startPool([sample], { evaluatesInFront: true })
    const title = `Asking ${id} (${module.executionMode}) ${evaluations} times`
    const { first, last } = await steps.run(title, async () => {
      await askPool(pool, sample, warmup, signal)
      return askTenths(pool, sample, evaluations, signal)
    })
    const figures = { policy: id, executionMode: module.executionMode, evaluations, first, last }
    rows.push({ ...figures, goals: judgeDrift(figures) })
  }
  return { machine: describeMachine(), rows, verdict: worstOf(rows.flatMap(({ goals }) => goals)) }
}

function firstOfEachKind(samples: readonly Sample[]): Sample[] {
  const kindOf = ({ policy }: Sample) => policy.module.executionMode
  return samples.filter((sample) => samples.find((other) => kindOf(other) === kindOf(sample)) === sample)
}

const TENTHS = 10

// Of the tenths between, nothing is kept: it would grow.
async function askTenths(pool: StartedEvaluatorPool, sample: Sample, evaluations: number, signal: AbortSignal) {
  const each = Math.ceil(evaluations / TENTHS)
  const first = await askTenth(pool, sample, each, signal)
  for (let tenth = 2; tenth < TENTHS; tenth++) await askTenth(pool, sample, each, signal)
  return { first, last: await askTenth(pool, sample, each, signal) }
}

/** Memory is looked at so many times in a tenth: what the collector has not taken yet comes and goes. */
const LOOKS = 20

async function askTenth(
  pool: StartedEvaluatorPool,
  sample: Sample,
  times: number,
  signal: AbortSignal,
): Promise<DriftTenth> {
  const answered: number[] = []
  const resident: number[] = []
  for (let look = 0; look < LOOKS && answered.length < times; look++) {
    signal.throwIfAborted()
    const share = Math.min(Math.ceil(times / LOOKS), times - answered.length)
    answered.push(...(await askPool(pool, sample, share, signal)).answered)
    resident.push(process.memoryUsage.rss())
  }
  const { p50, p99 } = summarize(answered)
  return { p50, p99, residentBytes: median(resident) }
}
