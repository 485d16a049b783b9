import { writeFile } from 'node:fs/promises'
import { Option } from 'commander'
import { keepResult } from '../../bench/kept-result.ts'
import { OUTPUTS } from '../../bench/lay-out.ts'
import { BENCH_POLICIES } from '../../bench/policies.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { type BenchFlags, DEFAULT_REQUESTS, parseCount, parseCounts, parsePolicies, parseSizes } from './bench/flags.ts'
import { measure } from './bench/modes.ts'

const EXAMPLES = `
Examples:
  gatehouse bench                                          # a minute or two
  gatehouse bench --clients 1 --requests 5000 --output markdown
  gatehouse bench --policies 1,2,4,8,13 --clients 1        # what further policies add
  gatehouse bench --object-sizes small,100KiB,1MiB --clients 1
  gatehouse bench --in-process                             # beside policies in the API server's own process
  gatehouse bench --profile                                # where the time of one request goes
  gatehouse bench --evaluate                               # no API server: every sample policy by itself
  gatehouse bench --drift                                  # whether evaluations become slower or larger
  gatehouse bench --memory                                 # no API server: shims of 1 to 8 threads
  gatehouse bench --start                                  # no API server: how long shims take until they answer
  gatehouse bench --duration 60 --policy require-labels --json result.json

It starts three API servers on one etcd, and takes them down again. How it measures: docs/benchmark.md
`

/** What the other ways to measure have no use for. */
const OF_PATHS = ['policies', 'objectSizes', 'clients', 'duration', 'inProcess']

export const addBenchCommand: AddCommand = (program, { io, leaveWith }) => {
  program
    .command('bench')
    .description('Measure what each admission path adds to a request, side by side on API servers of its own.')
    .option('--clients <list>', 'requests in flight, a run for each', parseCounts, [1, 32])
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
      new Option('--object-sizes <list>', 'instead: objects of these sizes, such as small,100KiB,1MiB')
        .argParser(parseSizes)
        .conflicts(['policy', 'policies']),
    )
    .addOption(
      new Option('--in-process', 'also on API servers with plugin/in-process, which are built first').default(false),
    )
    .addOption(
      new Option('--evaluate', 'instead: evaluations by themselves, of every sample policy')
        .conflicts([...OF_PATHS, 'policy'])
        .default(false),
    )
    .addOption(
      new Option('--drift', 'instead: one policy of each guest kind, 100,000 times, the end beside the beginning')
        .conflicts([...OF_PATHS, 'policy', 'evaluate'])
        .default(false),
    )
    .addOption(
      new Option('--profile', 'instead: where the time of one request goes, from the client to the client')
        .conflicts([...OF_PATHS, 'evaluate', 'drift'])
        .default(false),
    )
    .addOption(
      new Option('--memory', 'instead: what shims of several sizes take, beside bare Node')
        .conflicts([...OF_PATHS, 'policy', 'requests', 'evaluate', 'drift', 'profile'])
        .default(false),
    )
    .addOption(
      new Option('--start', 'instead: how long shims take until they answer, beside bare Node')
        .conflicts([...OF_PATHS, 'policy', 'requests', 'evaluate', 'drift', 'profile', 'memory'])
        .default(false),
    )
    .option('--threads <list>', 'with --memory: threads for evaluations', parseCounts, [1, 2, 3, 4, 5, 6, 7, 8])
    .option('--samples <count>', 'with --memory or --start: processes of each', parseCount, 10)
    .option('--kubernetes-version <version>', 'such as 1.36 or 1.37.2', '1.37')
    .option('--assets <folder>', 'holds etcd and kube-apiserver')
    .option('--json <file>', 'write the whole result there, too, for plots and comparisons')
    .addOption(new Option('-o, --output <format>', 'how the result is printed').choices(OUTPUTS).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: BenchFlags) => {
      const stop = new AbortController()
      io.onStopSignal((signal) => {
        stop.abort(new GatehouseError('ERR_BENCH_STOPPED', `stopped by ${signal}; what it had started is gone`))
      })
      const finding = await measure(flags, { steps: io.steps, signal: stop.signal })
      if (flags.json !== undefined) {
        const command = ['gatehouse', ...process.argv.slice(2)].join(' ')
        await writeFile(flags.json, keepResult(finding.report, { command, measuredOn: new Date().toISOString() }))
      }
      io.out(finding.format(flags.output))
      if (finding.verdict === 'fail') leaveWith(EXIT.NO)
    })
}
