import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Option } from 'commander'
import { DEFAULT_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { PROVIDERS, type ProviderName } from '../../e2e/providers.ts'
import type { ScenarioResult } from '../../e2e/results.ts'
import { MODES, type Mode } from '../../e2e/site.ts'
import { API_SERVER_KINDS, type ApiServerKind } from '../../plugin/api-server-kind.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { AddCommand, CommandContext } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

interface E2eFlags {
  readonly provider: ProviderName
  readonly mode: (typeof MODES)[number] | 'both'
  readonly apiServer: ApiServerKind
  readonly kubernetesVersion: string
  readonly assets?: string
  readonly nodeImage?: string
  readonly policies?: string
  readonly out: string
  readonly retain: boolean
}

const HELP = `
One scenario, from a cluster without policies to the same cluster again: they are installed, decide in both registrations,
survive what an operator does to them, and are uninstalled. Each mode has a cluster of its own. What it needs is fetched
or built; what a provider cannot do is listed as not run, with the reason.

Standard output is TAP; --out gets junit.xml, summary.md with the seconds of each step, and after a failure a folder with
all logs, objects and states. The exit code is 1 if a step failed. What each step shows: docs/e2e.md

Examples:
  gatehouse e2e                                # processes of this machine, both modes
  gatehouse e2e --provider kind                # workloads run, and the node reboots; needs Docker or podman
  gatehouse e2e --provider k3s                 # both modes on k3s, whose image has to be had
  gatehouse e2e --api-server in-process        # the policies inside the API server, docs/in-process.md
  gatehouse e2e --mode socket --retain         # keep the cluster if a step fails
  gatehouse e2e --policies my/policies.yml     # the same questions to your own build of the policies
`

export const addE2eCommand: AddCommand = (program, context) => {
  program
    .command('e2e')
    .description('Run one scenario on a cluster of its own, from start to verdict.')
    .addOption(new Option('--provider <name>', 'where the cluster comes from').choices(PROVIDERS).default('local'))
    .addOption(
      new Option(
        '--mode <mode>',
        "'socket': a shim beside the API server; 'webhook': an HTTPS webhook behind a Service",
      )
        .choices([...MODES, 'both'])
        .default('both'),
    )
    .addOption(
      new Option('--api-server <kind>', "instead of a mode: one with plugin/in-process, of the provider 'local'")
        .choices(API_SERVER_KINDS)
        .default('stock')
        .conflicts('mode'),
    )
    .option('--kubernetes-version <version>', 'such as 1.36 or 1.37.2', DEFAULT_KUBERNETES_VERSION)
    .option('--assets <folder>', 'holds etcd and kube-apiserver')
    .option('--node-image <image>', 'of kind or k3s')
    .option('--policies <file>', "a policies.yml in the place of the scenario's own, with the same policies")
    .option('--out <folder>', 'where the reports are written', 'e2e-results')
    .option('--retain', 'keep the cluster of a scenario that failed', false)
    .addHelpText('after', HELP)
    .action((flags: E2eFlags) => runCommand(flags, context))
}

async function runCommand(flags: E2eFlags, { io, leaveWith }: CommandContext): Promise<void> {
  const { runE2e } = await import('../../e2e/run-e2e.ts')
  const { countOutcomes } = await import('../../e2e/results.ts')
  const { TapWriter } = await import('../e2e/tap.ts')
  const stop = new AbortController()
  io.onStopSignal((signal) => {
    if (stop.signal.aborted) return io.exit(EXIT.FAILURE)
    stop.abort(new GatehouseError('ERR_E2E_STOPPED', `stopped by ${signal}; what it had started is gone`))
  })
  const { provider, kubernetesVersion, assets, nodeImage, policies, out, retain } = flags
  const options = {
    provider,
    modes: chooseModes(flags),
    kubernetesVersion,
    folder: out,
    retain,
    signal: stop.signal,
    ...(assets !== undefined && { assets }),
    ...(nodeImage !== undefined && { nodeImage }),
    ...(policies !== undefined && { policies }),
  }
  const tap = new TapWriter(io.out)
  const results = await runE2e(options, io.steps, (scenario, result) => tap.add(scenario, result))
  tap.end()
  await writeReports(resolve(out), results)
  for (const { collected, retained = [] } of results) {
    if (collected !== undefined) io.err(`logs and state: ${collected}\n`)
    for (const hint of retained) io.err(`  ${hint}\n`)
  }
  if (results.some(({ steps }) => countOutcomes(steps).failed > 0)) leaveWith(EXIT.NO)
}

function chooseModes({ mode, apiServer, provider }: E2eFlags): readonly Mode[] {
  if (apiServer === 'stock') return mode === 'both' ? MODES : [mode]
  if (provider === 'local') return [apiServer]
  throw new GatehouseError('ERR_CLI_USAGE', `--api-server ${apiServer} is not for the provider ${provider}`, {
    hint: "A node's image holds the stock API server: use --provider local.",
  })
}

async function writeReports(folder: string, results: readonly ScenarioResult[]): Promise<void> {
  const { makeFolder } = await import('../../util/make-folder.ts')
  const { renderJunit } = await import('../e2e/render-junit.ts')
  const { renderSummary } = await import('../e2e/render-summary.ts')
  await makeFolder(folder)
  await writeFile(join(folder, 'junit.xml'), renderJunit(results))
  await writeFile(join(folder, 'summary.md'), renderSummary(results))
}
