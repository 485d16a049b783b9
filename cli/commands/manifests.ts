import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { REGISTRATIONS, type Registration } from '../../plugin/registration-mode.ts'
import type { WebhookClient } from '../../plugin/webhook-client.ts'
import { WEBHOOK_SOURCES, type WebhookSource } from '../../plugin/webhook-source.ts'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { AddCommand } from '../command.ts'
import { type AccessFlags, addAccessOptions, storeOption, toAccess } from '../modules/access-flags.ts'

interface ManifestsFlags extends AccessFlags {
  readonly policies: string
  readonly socket?: string
  readonly certDir: string
  readonly out: string
  readonly host?: string
  readonly service?: Extract<WebhookClient, { service: unknown }>['service']
  readonly kubernetesVersion?: string
  readonly webhooks?: WebhookSource
  readonly registration?: Registration
  readonly egressSelector?: string
  readonly admissionConfig?: string
  readonly kubeconfig?: string
  readonly defaultExclusions: boolean
}

const EXAMPLES = `
Examples:
  # for an API server that you run yourself: flag, file and webhooks for the policies of one file
  gatehouse manifests --policies policies.yml --out /etc/gatehouse

  # for Kubernetes 1.37: policies that hold from its first request, merged with the file that it is started with already
  gatehouse manifests --policies policies.yml --socket /run/gatehouse/gatehouse.sock \\
    --cert-dir /etc/gatehouse/certs --out /etc/gatehouse \\
    --kubernetes-version 1.37 --admission-config /etc/kubernetes/admission.yaml

  # the same policies as ordinary webhooks behind a Service, for an API server whose flags you cannot set
  gatehouse manifests --policies policies.yml --service gatehouse/policies:443 --cert-dir certs --out manifests

What the API server is given, and why: docs/api-server.md
`

export const addManifestsCommand: AddCommand = (program, { io }) => {
  const manifests = program
    .command('manifests')
    .description('Write the egress selector and the webhook configurations for an API server of your own.')
    .requiredOption('--policies <path>', 'policies.yml, or a file or folder of ClusterAdmissionPolicy YAML')
    .option('--socket <path>', `the shim's Unix socket (default: ${FLAG_DEFAULTS.socket} unless --service is given)`)
    .option('--cert-dir <folder>', "the shim's certificates; issued when missing", FLAG_DEFAULTS.certDir)
    .requiredOption('--out <folder>', 'where the files are written')
    .option(
      '--host <name[:port]>',
      'host of the webhook URLs; nobody resolves it (default: admission.gatehouse.internal)',
    )
    .option(
      '--service <namespace/name[:port]>',
      'let the API server come by a Service instead of the socket',
      parseService,
    )
    .option('--kubernetes-version <version>', 'of the API server, such as 1.37 (default: what every version takes)')
    .addOption(
      new Option(
        '--webhooks <source>',
        "'static': files that the API server reads from its disk, from 1.36; 'api': objects (default: static from 1.37)",
      ).choices(WEBHOOK_SOURCES),
    )
    .addOption(
      new Option(
        '--registration <mode>',
        "'combined': policies share webhook entries where that means the same; 'per-policy': an entry each (default: combined, per-policy with --service)",
      ).choices(REGISTRATIONS),
    )
    .option('--egress-selector <file>', 'merge with the egress selector that the API server has already')
    .option('--admission-config <file>', 'merge with the AdmissionConfiguration that the API server has already')
    .option(
      '--kubeconfig <file>',
      'ask this API server first whether it would take the webhooks, and which groups others answer for',
    )
    .option('--no-default-exclusions', 'police system namespaces, leases, events, node status and the API server too')
    .addOption(storeOption())
  addAccessOptions(manifests)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ManifestsFlags) => {
      const { writeManifests } = await import('../../clusters/manifests.ts')
      const { describeNextSteps } = await import('../../clusters/next-steps.ts')
      const folder = resolve(flags.out)
      const written = await writeManifests(folder, {
        policies: flags.policies,
        certificateFolder: flags.certDir,
        ...(await readWay(flags)),
        exclusions: flags.defaultExclusions ? 'default' : 'none',
        modules: toAccess(flags, io),
        ...(flags.registration !== undefined && { registration: flags.registration }),
        ...readApiServer(flags),
      })
      for (const id of written.unregistered) {
        io.err(`policy ${id} has no rules: it is served, and no API server asks for it\n`)
      }
      for (const line of written.aggregated) io.err(`${line}\n`)
      io.out(describeNextSteps(folder, written))
    })
}

/** What is known of the API server. */
function readApiServer({ kubernetesVersion, webhooks, egressSelector, admissionConfig, kubeconfig }: ManifestsFlags) {
  return {
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
    ...(webhooks !== undefined && { webhooks }),
    ...(kubeconfig !== undefined && { kubeconfig }),
    existing: {
      ...(egressSelector !== undefined && { egressSelector }),
      ...(admissionConfig !== undefined && { admissionConfiguration: admissionConfig }),
    },
  }
}

/** The way that the API server takes: the socket, or a Service. */
async function readWay({
  host,
  service,
  socket,
  egressSelector,
}: ManifestsFlags): Promise<{ client: WebhookClient; socket?: string }> {
  if (service !== undefined) {
    if (host !== undefined || socket !== undefined || egressSelector !== undefined) {
      throw new GatehouseError('ERR_CLI_USAGE', '--service excludes --socket, --host and --egress-selector', {
        hint: 'A Service is reached over the network: the egress selector is not asked.',
      })
    }
    return { client: { service } }
  }
  const { DEFAULT_WEBHOOK_HOST } = await import('../../plugin/webhook-host.ts')
  return { client: { host: host ?? DEFAULT_WEBHOOK_HOST }, socket: socket ?? FLAG_DEFAULTS.socket }
}

function parseService(text: string): { namespace: string; name: string; port?: number } {
  const match = /^(?<namespace>[a-z0-9-]+)\/(?<name>[a-z0-9-]+)(?::(?<port>[1-9]\d{0,4}))?$/.exec(text)
  const port = match?.groups?.['port']
  if (match?.groups === undefined || Number(port ?? 443) > 65535)
    throw new InvalidArgumentError('Write namespace/name or namespace/name:port.')
  const { namespace = '', name = '' } = match.groups
  return { namespace, name, ...(port !== undefined && { port: Number(port) }) }
}
