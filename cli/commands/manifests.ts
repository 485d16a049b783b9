import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { Manifests } from '../../clusters/manifests.ts'
import type { WebhookClient } from '../../plugin/webhook-client.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { AddCommand } from '../command.ts'

interface ManifestsFlags {
  readonly policies: string
  readonly socket?: string
  readonly certDir: string
  readonly out: string
  readonly host?: string
  readonly service?: Extract<WebhookClient, { service: unknown }>['service']
  readonly defaultExclusions: boolean
}

const EXAMPLES = `
Examples:
  # for an API server that you run yourself: flag, file and webhooks for the policies of one file
  gatehouse manifests --policies policies.yml --socket /run/gatehouse/gatehouse.sock \\
    --cert-dir /etc/gatehouse/certs --out /etc/gatehouse

  # the same policies as ordinary webhooks behind a Service, for an API server whose flags you cannot set
  gatehouse manifests --policies policies.yml --service gatehouse/policies:443 --cert-dir certs --out manifests

What the API server is given, and why: docs/api-server.md
`

export const addManifestsCommand: AddCommand = (program, { io }) => {
  program
    .command('manifests')
    .description('Write the egress selector and the webhook configurations for an API server of your own.')
    .requiredOption('--policies <path>', 'policies.yml, or a file or folder of ClusterAdmissionPolicy YAML')
    .option('--socket <path>', "the shim's Unix socket")
    .requiredOption('--cert-dir <folder>', "the shim's certificates; issued when missing")
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
    .option('--no-default-exclusions', 'police system namespaces, leases, events, node status and the API server too')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ManifestsFlags) => {
      const { generateManifests } = await import('../../clusters/manifests.ts')
      const manifests = await generateManifests({
        policies: flags.policies,
        certificateFolder: flags.certDir,
        ...(await readWay(flags)),
        exclusions: flags.defaultExclusions ? 'default' : 'none',
      })
      await mkdir(flags.out, { recursive: true })
      for (const [name, yaml] of Object.entries(manifests.files)) await writeFile(join(flags.out, name), yaml)
      for (const id of manifests.unregistered)
        io.err(`policy ${id} has no rules: it is served, and no API server asks for it\n`)
      io.out(describeNextSteps(resolve(flags.out), manifests))
    })
}

/** What was written, and what is left for the operator to do, in the order in which nothing is refused meanwhile. */
function describeNextSteps(folder: string, { files, environment }: Manifests): string {
  const written = Object.keys(files).map((name) => `wrote ${join(folder, name)}\n`)
  const apply = `  kubectl apply -f ${join(folder, 'webhooks.yaml')}\n`
  if (!('egress-selector.yaml' in files))
    return [...written, '\nOnce the policy server answers behind its Service:\n', apply].join('')
  const variables = Object.entries(environment).map(([name, value]) => `  ${name}=${value}\n`)
  return [
    ...written,
    '\nGive kube-apiserver this flag, and start it again:\n',
    `  --egress-selector-config-file=${join(folder, 'egress-selector.yaml')}\n`,
    '\nWhere its environment has HTTPS_PROXY, add to these lists:\n',
    ...variables,
    '\nOnce it runs with the flag, and the shim listens:\n',
    apply,
  ].join('')
}

/** The way that the API server takes: the socket, or a Service. */
async function readWay({ host, service, socket }: ManifestsFlags): Promise<{ client: WebhookClient; socket?: string }> {
  if (service !== undefined) {
    if (host !== undefined || socket !== undefined) {
      throw new GatehouseError('ERR_CLI_USAGE', '--service excludes --socket and --host', {
        hint: 'A Service is reached over the network: the egress selector is not asked.',
      })
    }
    return { client: { service } }
  }
  if (socket === undefined) {
    throw new GatehouseError('ERR_CLI_USAGE', 'neither --socket nor --service is given', {
      hint: "Name the shim's socket, such as --socket /run/gatehouse/gatehouse.sock.",
    })
  }
  const { DEFAULT_WEBHOOK_HOST } = await import('../../plugin/webhook-host.ts')
  return { client: { host: host ?? DEFAULT_WEBHOOK_HOST }, socket }
}

function parseService(text: string): { namespace: string; name: string; port?: number } {
  const match = /^(?<namespace>[a-z0-9-]+)\/(?<name>[a-z0-9-]+)(?::(?<port>[1-9]\d{0,4}))?$/.exec(text)
  const port = match?.groups?.['port']
  if (match?.groups === undefined || Number(port ?? 443) > 65535)
    throw new InvalidArgumentError('Write namespace/name or namespace/name:port.')
  const { namespace = '', name = '' } = match.groups
  return { namespace, name, ...(port !== undefined && { port: Number(port) }) }
}
