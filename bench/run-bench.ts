import type { Steps } from '../util/steps.ts'
import type { Experiment } from './experiment.ts'
import { type Limit, measureInterleaved } from './load.ts'
import { describeMachine } from './machine.ts'
import { manyPolicies } from './many-policies.ts'
import { residentBytes } from './memory.ts'
import { type ObjectSize, objectSizes } from './object-sizes.ts'
import { onePolicy } from './one-policy.ts'
import { type BenchReport, type ReportRow, type Run, reportGrowth, reportRatios, reportRows } from './report.ts'
import { benchSends, proveRows } from './requests.ts'
import { type RigOptions, type StartedRig, startRig } from './rig.ts'
import { countCalls } from './tallies.ts'
import { judge } from './verdict.ts'

export interface BenchOptions extends RigOptions {
  /** The name of a policy in `policies/`; not looked at where there are `policies` or `objectSizes`. */
  readonly policy: string
  /** Numbers of policies that a request is asked about. */
  readonly policies?: readonly number[]
  /** Sizes of the objects that are created, measured beside each other. */
  readonly objectSizes?: readonly ObjectSize[]
  /** API servers with plugin/in-process are measured as well. */
  readonly inProcess?: boolean
  /** Numbers of requests in flight, each measured in a run of its own. */
  readonly clients: readonly number[]
  readonly limit: Limit
  /** Requests of each row before anything is measured. */
  readonly warmup: number
}

/** Starts three API servers on one etcd, measures every path at once, takes everything down again, and reports. */
export async function runBench(options: BenchOptions, steps: Steps): Promise<BenchReport> {
  const experiment = chooseExperiment(options)
  await using rig = await startRig(experiment, options, steps)
  const idleBytes = await residentBytes(rig.shimPid)
  await steps.run('Proving that every row takes its path', () => proveRows(rig))
  await steps.run(`Warming up, ${options.warmup} requests per row`, () => warmUp(rig, options))
  const runs: Run[] = []
  for (const clients of options.clients) {
    const title = `Measuring with ${clients} ${clients === 1 ? 'client' : 'clients'}`
    runs.push(await steps.run(title, () => measure(rig, options, clients)))
  }
  const rows = runs.flatMap((run) => reportRows(experiment.rows, run))
  return {
    kubernetesVersion: rig.kubernetesVersion,
    policy: experiment.policy,
    machine: describeMachine(),
    rows,
    memory: { idleBytes, loadedBytes: await residentBytes(rig.shimPid) },
    ...conclude(rows, experiment),
  }
}

function chooseExperiment({ policy, policies, objectSizes: sizes, inProcess = false }: BenchOptions): Experiment {
  if (policies !== undefined) return manyPolicies(policies, { inProcess })
  return sizes === undefined ? onePolicy(policy, { inProcess }) : objectSizes(sizes, { inProcess })
}

function conclude(rows: readonly ReportRow[], { rows: plan, goals }: Experiment) {
  const ratios = reportRatios(rows)
  const growth = reportGrowth(rows, plan)
  return { ratios, ...(growth.length > 0 && { growth }), ...judge(goals, { rows, ratios, growth }) }
}

async function warmUp(rig: StartedRig, options: BenchOptions): Promise<void> {
  const { warmup: requests } = options
  await load(rig, options, { clients: Math.max(...options.clients), limit: { requests } })
}

async function measure(rig: StartedRig, options: BenchOptions, clients: number): Promise<Run> {
  const calls = await countCalls(rig)
  const measured = await load(rig, options, { clients, limit: options.limit })
  return { clients, measured, apiServerMeans: await calls.meansOf(measured.samples) }
}

function load(rig: StartedRig, { signal }: BenchOptions, amount: { readonly clients: number; readonly limit: Limit }) {
  return measureInterleaved({ rows: benchSends(rig), ...amount, ...(signal !== undefined && { signal }) })
}
