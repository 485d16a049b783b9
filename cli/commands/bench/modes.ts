import type { Output } from '../../../bench/lay-out.ts'
import type { Verdict } from '../../../bench/report.ts'
import type { Steps } from '../../../util/steps.ts'
import { type BenchFlags, DEFAULT_REQUESTS, readLimit } from './flags.ts'

/** What a run found out. */
export interface Finding {
  /** As JSON shows it. */
  readonly report: object
  readonly verdict: Verdict
  format(output: Output): string
}

export interface ModeContext {
  readonly steps: Steps
  readonly signal: AbortSignal
}

/** Measures what the flags name. Each way to measure is loaded when it is wanted. */
export function measure(flags: BenchFlags, context: ModeContext): Promise<Finding> {
  if (flags.profile) return measureProfile(flags, context)
  if (flags.drift) return measureDrift(flags, context)
  if (flags.start) return measureStart(flags, context)
  if (flags.memory) return measureMemory(flags, context)
  return flags.evaluate ? measureEvaluations(flags, context) : measurePaths(flags, context)
}

async function measurePaths(flags: BenchFlags, { steps, signal }: ModeContext): Promise<Finding> {
  const { runBench } = await import('../../../bench/run-bench.ts')
  const { formatReport } = await import('../../../bench/format.ts')
  const { clients, warmup, policy, policies, objectSizes, inProcess, kubernetesVersion, assets } = flags
  const report = await runBench(
    {
      clients,
      limit: readLimit(flags),
      warmup,
      policy,
      ...(policies !== undefined && { policies }),
      ...(objectSizes !== undefined && { objectSizes }),
      inProcess,
      kubernetesVersion,
      ...(assets !== undefined && { assets }),
      signal,
    },
    steps,
  )
  return { report, verdict: report.verdict, format: (output) => formatReport(report, output) }
}

async function measureMemory({ threads, samples }: BenchFlags, { steps, signal }: ModeContext): Promise<Finding> {
  const { runMemory } = await import('../../../bench/memory/run-memory.ts')
  const { formatMemoryReport } = await import('../../../bench/memory/report.ts')
  const report = await runMemory({ threads, samples, signal }, steps)
  return { report, verdict: report.verdict, format: (output) => formatMemoryReport(report, output) }
}

async function measureStart({ samples }: BenchFlags, { steps, signal }: ModeContext): Promise<Finding> {
  const { runStart } = await import('../../../bench/start/run-start.ts')
  const { formatStartReport } = await import('../../../bench/start/report.ts')
  const report = await runStart({ samples, signal }, steps)
  return { report, verdict: report.verdict, format: (output) => formatStartReport(report, output) }
}

async function measureEvaluations(flags: BenchFlags, { steps, signal }: ModeContext): Promise<Finding> {
  const { runEvaluate } = await import('../../../bench/evaluate/run-evaluate.ts')
  const { formatEvaluateReport } = await import('../../../bench/evaluate/format.ts')
  const { requests = DEFAULT_REQUESTS, warmup } = flags
  const report = await runEvaluate({ requests, warmup, signal }, steps)
  return { report, verdict: report.verdict, format: (output) => formatEvaluateReport(report, output) }
}

async function measureDrift({ requests, warmup }: BenchFlags, { steps, signal }: ModeContext): Promise<Finding> {
  const { runDrift } = await import('../../../bench/evaluate/drift.ts')
  const { DRIFT_EVALUATIONS, formatDriftReport } = await import('../../../bench/evaluate/drift-report.ts')
  const report = await runDrift({ evaluations: requests ?? DRIFT_EVALUATIONS, warmup, signal }, steps)
  return { report, verdict: report.verdict, format: (output) => formatDriftReport(report, output) }
}

async function measureProfile(flags: BenchFlags, { steps, signal }: ModeContext): Promise<Finding> {
  const { runProfile } = await import('../../../bench/profile/run-profile.ts')
  const { formatProfile } = await import('../../../bench/profile/format.ts')
  const { requests = DEFAULT_REQUESTS, warmup, policy, kubernetesVersion, assets } = flags
  const given = { requests, warmup, policy, kubernetesVersion, ...(assets !== undefined && { assets }), signal }
  const report = await runProfile(given, steps)
  return { report, verdict: 'pass', format: (output) => formatProfile(report, output) }
}
