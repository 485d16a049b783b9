import { InvalidArgumentError, Option } from 'commander'
import { DEFAULT_KUBERNETES_VERSION, KUBERNETES_PATCHES } from '../../../clusters/binaries/versions.ts'
import type { Cluster, ClusterOptions, WasmPoliciesOptions } from '../../../clusters/cluster-provider.ts'
import { API_SERVER_KINDS, type ApiServerKind } from '../../../plugin/api-server-kind.ts'
import { parseFeatureGates } from '../../../plugin/feature-gates.ts'
import { SHIM_PLACEMENTS, type ShimPlacement } from '../../../plugin/kind/options.ts'
import { REGISTRATIONS, type Registration } from '../../../plugin/registration-mode.ts'
import { WEBHOOK_SOURCES, type WebhookSource } from '../../../plugin/webhook-source.ts'
import { GatehouseError, isGatehouseError } from '../../../util/errors.ts'
import type { AddCommand } from '../../command.ts'
import { EXIT } from '../../exit-codes.ts'
import type { Io } from '../../io.ts'
import { collect, loadProvider, nameOption, PROVIDERS, type ProviderName, refuseOtherProvider } from './shared.ts'

interface UpFlags {
  readonly provider: ProviderName
  readonly name: string
  readonly nodeImage?: string
  readonly shim?: ShimPlacement
  readonly kubeconfig?: string
  readonly kubernetesVersion: string
  readonly apiServers: number
  readonly apiServer: ApiServerKind
  readonly assets?: string
  readonly featureGates: string
  readonly policies?: string
  readonly defaultExclusions: boolean
  readonly webhooks?: WebhookSource
  readonly registration?: Registration
  readonly shimArg: readonly string[]
  readonly apiServerArg: readonly string[]
  readonly retain: boolean
}

const EXAMPLES = `
Examples:
  # a stock cluster; running it again leaves it as it is
  gatehouse cluster up

  # the policies of one file, decided by a shim beside the API server
  gatehouse cluster up --feature-gates WasmPolicies=true --policies policies.yml

  # three API servers on one etcd, an older Kubernetes, and a context in your own kubeconfig
  gatehouse cluster up --name old --kubernetes-version 1.36 --api-servers 3 --kubeconfig ~/.kube/config

  # a node that runs its Pods, with the shim as a sidecar of the API server
  gatehouse cluster up --provider kind --feature-gates WasmPolicies=true --policies policies.yml --shim sidecar

  # k3s, whose own API server asks the shim
  gatehouse cluster up --provider k3s --feature-gates WasmPolicies=true --policies policies.yml

  # for measuring and research: the same policies inside the API server's own process (docs/in-process.md)
  gatehouse cluster up --api-server in-process --feature-gates WasmPolicies=true --policies policies.yml

etcd and kube-apiserver are taken from --assets, KUBEBUILDER_ASSETS, the cache or PATH, else downloaded, else built
with Go, which takes some minutes once. Ctrl-C removes what it has begun; a second one leaves at once.
What a cluster has and has not: docs/clusters.md, docs/kind.md, docs/k3s.md
`

export const addUpCommand: AddCommand = (cluster, { io }) => {
  cluster
    .command('up')
    .description('Start a cluster, or leave a running one of the same options as it is.')
    .addOption(
      new Option(
        '--provider <name>',
        "'local': etcd and kube-apiserver as processes; 'kind' and 'k3s': a node in a container, whose Pods run",
      )
        .choices(PROVIDERS)
        .default('local'),
    )
    .addOption(nameOption())
    .option('--kubeconfig <file>', "add the cluster to this kubeconfig too; the cluster's own file is always written")
    .option(
      '--kubernetes-version <version>',
      `${Object.keys(KUBERNETES_PATCHES).join(', ')}, or a patch of them`,
      DEFAULT_KUBERNETES_VERSION,
    )
    .option('--api-servers <number>', 'API servers on the one etcd', parseCount, 1)
    .addOption(
      new Option(
        '--api-server <kind>',
        "'stock' asks a shim over its socket; 'in-process', built here, runs policies in its own process; 'in-process-to-shim' hands reviews to a shim in frames",
      )
        .choices(API_SERVER_KINDS)
        .default('stock'),
    )
    .option('--assets <folder>', 'take etcd and kube-apiserver from this folder')
    .option('--node-image <image>', 'of kind or k3s: take this image, and pull it if it is not there')
    .addOption(
      new Option(
        '--shim <placement>',
        "on kind: 'host', a process here; 'static-pod' on the node; 'sidecar' in the API server's Pod (default: host)",
      ).choices(SHIM_PLACEMENTS),
    )
    .option('--feature-gates <gates>', 'WasmPolicies=true asks a shim beside each API server; off is stock', '')
    .option('--policies <path>', 'policies.yml, or a file or folder of ClusterAdmissionPolicy YAML')
    .option('--no-default-exclusions', 'police system namespaces, leases, events, node status and the API server too')
    .addOption(
      new Option(
        '--webhooks <source>',
        "'static': files on the API server's disk, Kubernetes 1.36 or newer; 'api': API objects (default: static from 1.37)",
      ).choices(WEBHOOK_SOURCES),
    )
    .addOption(
      new Option(
        '--registration <mode>',
        "'combined': policies share webhook entries where that means the same; 'per-policy': an entry each (default: combined)",
      ).choices(REGISTRATIONS),
    )
    .option('--shim-arg <flag>', 'extra flag of gatehouse shim, such as --shim-arg=--log-level=debug', collect, [])
    .option('--api-server-arg <name=value>', 'extra flag of kube-apiserver, such as v=4', collect, [])
    .option('--retain', 'keep what was started when something fails', false)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: UpFlags) => {
      const options = { ...toOptions(flags), signal: stopOnSignal(flags, io) }
      await refuseOtherProvider(flags.name, flags.provider)
      const provider = await loadProvider(flags.provider)
      io.out(describe(await provider.up(options, io.steps), flags))
    })
}

/** The first signal ends the start as a failure would; a second one leaves what is there to `cluster down`. */
function stopOnSignal({ retain }: UpFlags, io: Io): AbortSignal {
  const stop = new AbortController()
  io.onStopSignal((signal) => {
    if (stop.signal.aborted) return io.exit(EXIT.FAILURE)
    const fate = retain ? 'what had been started is kept' : 'what a new cluster had started is gone'
    stop.abort(new GatehouseError('ERR_CLUSTER_STOPPED', `stopped by ${signal}; ${fate}`))
  })
  return stop.signal
}

function toOptions(flags: UpFlags): ClusterOptions {
  const { name, kubernetesVersion, apiServers, apiServer, kubeconfig, assets, nodeImage, apiServerArg, retain } = flags
  const wasmPolicies = readGate(flags)
  return {
    name,
    kubernetesVersion,
    apiServers,
    ...(apiServer !== 'stock' && { apiServer }),
    apiServerArgs: apiServerArg,
    retain,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(assets !== undefined && { assets }),
    ...(nodeImage !== undefined && { nodeImage }),
    ...(wasmPolicies !== undefined && { wasmPolicies }),
  }
}

// A flag that has no effect is a misunderstanding, and here it would be one about security.
function readGate(flags: UpFlags): WasmPoliciesOptions | undefined {
  const { policies, defaultExclusions, shimArg, webhooks, registration, shim } = flags
  if (!isGateOn(flags.featureGates)) {
    const idle = Object.entries({
      '--policies': policies !== undefined,
      '--no-default-exclusions': !defaultExclusions,
      '--webhooks': webhooks !== undefined,
      '--registration': registration !== undefined,
      '--shim': shim !== undefined,
      '--shim-arg': shimArg.length > 0,
    }).find(([, isGiven]) => isGiven)
    if (idle === undefined) return undefined
    throw usage(`${idle[0]} does nothing while the gate WasmPolicies is off`, 'Add --feature-gates WasmPolicies=true.')
  }
  if (policies === undefined) throw usage('the gate WasmPolicies needs policies', 'Add --policies PATH.')
  return {
    policies,
    defaultExclusions,
    shimArgs: shimArg,
    ...(webhooks !== undefined && { webhooks }),
    ...(registration !== undefined && { registration }),
    ...(shim !== undefined && { placement: shim }),
  }
}

function isGateOn(gates: string): boolean {
  try {
    return parseFeatureGates(gates).WasmPolicies
  } catch (error) {
    if (isGatehouseError(error)) throw usage(error.message, error.hint)
    throw error
  }
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Write a number.')
  return Number(text)
}

function describe({ name, kubernetesVersion, members, kubeconfig }: Cluster, flags: UpFlags): string {
  const context = flags.kubeconfig === undefined ? '' : ` --context gatehouse-${name}`
  const lines = [
    `cluster '${name}' runs Kubernetes ${kubernetesVersion} at ${members.map(({ server }) => server).join(', ')}`,
    `  kubectl --kubeconfig ${flags.kubeconfig ?? kubeconfig}${context} get namespaces`,
    `  gatehouse cluster down --name ${name}`,
  ]
  return `${lines.join('\n')}\n`
}

function usage(message: string, hint: string | undefined): GatehouseError {
  return new GatehouseError('ERR_CLI_USAGE', message, hint === undefined ? {} : { hint })
}
