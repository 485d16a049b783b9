import { InvalidArgumentError, Option } from 'commander'
import { OUTPUTS, type Output } from '../../bench/lay-out.ts'
import type { Limit } from '../../bench/load.ts'
import { BENCH_POLICIES } from '../../bench/policies.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

interface BenchFlags {
  readonly clients: readonly number[]
  readonly requests?: number
  readonly duration?: number
  readonly warmup: number
  readonly policy: string
  readonly policies?: readonly number[]
  readonly evaluate: boolean
  readonly kubernetesVersion: string
  readonly assets?: string
  readonly output: Output
}

const DEFAULT_REQUESTS = 1000
const MAX_POLICIES = 50

const EXAMPLES = `
Examples:
  gatehouse bench                                          # a minute or two
  gatehouse bench --clients 1 --requests 5000 --output markdown
  gatehouse bench --policies 1,2,4,8,13 --clients 1        # what further policies add
  gatehouse bench --evaluate                               # no API server: every sample policy by itself
  gatehouse bench --duration 60 --policy require-labels --output json > result.json

It starts three API servers on one etcd, and takes them down again. How it measures: docs/benchmark.md
`

export const addBenchCommand: AddCommand = (program, { io, leaveWith }) => {
  program
    .command('bench')
    .description('Measure what each admission path adds to a request, side by side on API servers of its own.')
    .option('--clients <list>', 'requests in flight, a run for each', parseClients, [1, 32])
    .option('--requests <count>', `measured requests of each path (default: ${DEFAULT_REQUESTS})`, parseCount)
    .option('--duration <seconds>', 'measure for so long instead', parseCount)
    .option('--warmup <count>', 'requests of each path before that', parseCount, 200)
    .addOption(
      new Option('--policy <name>', 'the sample policy').choices(Object.keys(BENCH_POLICIES)).default('pod-privileged'),
    )
    .addOption(
      new Option('--policies <counts>', 'instead: so many distinct policies on one request, such as 1,2,4,8,13')
        .argParser(parsePolicies)
        .conflicts('policy'),
    )
    .addOption(
      new Option('--evaluate', 'instead: evaluations by themselves, of every sample policy')
        .conflicts(['policy', 'policies', 'clients', 'duration'])
        .default(false),
    )
    .option('--kubernetes-version <version>', 'such as 1.36 or 1.37.2', '1.37')
    .option('--assets <folder>', 'holds etcd and kube-apiserver')
    .addOption(new Option('-o, --output <format>', 'how the result is printed').choices(OUTPUTS).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: BenchFlags) => {
      const stop = new AbortController()
      io.onStopSignal((signal) => {
        stop.abort(new GatehouseError('ERR_BENCH_STOPPED', `stopped by ${signal}; what it had started is gone`))
      })
      if (flags.evaluate) {
        const { runEvaluate } = await import('../../bench/evaluate/run-evaluate.ts')
        const { formatEvaluateReport } = await import('../../bench/evaluate/report.ts')
        const { requests = DEFAULT_REQUESTS, warmup } = flags
        io.out(
          formatEvaluateReport(await runEvaluate({ requests, warmup, signal: stop.signal }, io.steps), flags.output),
        )
        return
      }
      const { runBench } = await import('../../bench/run-bench.ts')
      const { formatReport } = await import('../../bench/format.ts')
      const report = await runBench(
        {
          clients: flags.clients,
          limit: readLimit(flags),
          warmup: flags.warmup,
          policy: flags.policy,
          ...(flags.policies !== undefined && { policies: flags.policies }),
          kubernetesVersion: flags.kubernetesVersion,
          ...(flags.assets !== undefined && { assets: flags.assets }),
          signal: stop.signal,
        },
        io.steps,
      )
      io.out(formatReport(report, flags.output))
      if (report.verdict === 'fail') leaveWith(EXIT.NO)
    })
}

function readLimit({ requests, duration }: BenchFlags): Limit {
  if (duration === undefined) return { requests: requests ?? DEFAULT_REQUESTS }
  if (requests !== undefined) {
    throw new GatehouseError('ERR_CLI_USAGE', '--requests and --duration exclude each other', {
      hint: 'Name one of them.',
    })
  }
  return { milliseconds: duration * 1000 }
}

function parseClients(text: string): number[] {
  return [...new Set(text.split(',').map(parseCount))]
}

function parsePolicies(text: string): number[] {
  const counts = text.split(',').map(parseCount)
  const most = Math.max(...counts)
  if (most > 1 && most <= MAX_POLICIES) return counts
  throw new InvalidArgumentError(`Name a number from 2 to ${MAX_POLICIES}; 1 is measured anyway.`)
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text.trim()) || count < 1 || count > 1_000_000) {
    throw new InvalidArgumentError('Write a whole number from 1.')
  }
  return count
}
