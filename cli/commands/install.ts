import { Option } from 'commander'
import type { CertificateChoice, RotationPhase } from '../../clusters/install/service-certificate.ts'
import { REGISTRATIONS, type Registration } from '../../plugin/registration-mode.ts'
import { DEFAULT_WEBHOOK_HOST } from '../../plugin/webhook-host.ts'
import { GatehouseError } from '../../util/errors.ts'
import { packageVersion } from '../../util/package-version.ts'
import type { AddCommand, CommandContext } from '../command.ts'
import { type AccessFlags, storeOption, toAccess } from '../modules/access-flags.ts'
import { readStandIn, type StandInFlags } from './install/stand-in-flags.ts'

interface InstallFlags extends AccessFlags, StandInFlags {
  readonly target: 'service'
  readonly policies: string
  readonly image: string
  readonly namespace: string
  readonly replicas: string
  readonly registration?: Registration
  readonly certDir?: string
  readonly certFile?: string
  readonly keyFile?: string
  readonly caFile?: string
  readonly events?: true
}

const HELP = `
Prints what the cluster is given, for kubectl to apply: namespace, service account, certificate, policies, Service, Deployment,
PodDisruptionBudget, and the webhook configurations. Modules in registries are pulled by the pods; those that are files of
this machine are brought along, each in a ConfigMap of a megabyte at most.

Without --cert-dir an authority is made that signs once and is kept by nobody: fine for a first look. Printed again it is
another one, and until the pods have its certificate, API servers are refused. With --cert-dir it stays the same.

Examples:
  gatehouse install --target service --policies policies.yml --cert-dir pki | kubectl apply --server-side -f -

  # the fallback of a shim that API servers ask on their socket, with a certificate of its authority
  gatehouse install --target service --policies /etc/gatehouse/policies.yml --cert-dir /var/lib/gatehouse/pki --no-webhooks

  # who API servers are sent to while one of these is gone: gatehouse shim --register api --fallback-service gatehouse/gatehouse
  gatehouse install --target service --policies /etc/gatehouse/policies.yml --cert-dir pki --stand-in

How to change it without a refused request, and how to take it away: docs/install.md
`

export const addInstallCommand: AddCommand = (program, context) => {
  program
    .command('install')
    .description('Print the YAML that installs the policies as an ordinary webhook in a cluster.')
    .addOption(
      new Option('--target <what>', "'service': a Deployment behind a Service")
        .choices(['service'])
        .makeOptionMandatory(),
    )
    .requiredOption('--policies <path>', 'policies.yml, or a file or folder of ClusterAdmissionPolicy YAML')
    .option(
      '--image <name>',
      "the shim's image (scripts/build-image, image/Dockerfile)",
      `gatehouse:${packageVersion()}`,
    )
    .option('--namespace <name>', 'a namespace of its own: what it holds is not policed', 'gatehouse')
    .option('--replicas <number>', 'how many pods', '2')
    .option('--events', 'tell of denials as Events; the pods may create them then, and nothing else')
    .addOption(
      new Option(
        '--registration <mode>',
        "'per-policy': a webhook entry each; 'combined': policies share entries where that means the same, and modules are pulled here too, whose bytes the entries name (default: per-policy, with --stand-in combined)",
      ).choices(REGISTRATIONS),
    )
    .option('--no-webhooks', 'leave out the webhook configurations: this is the fallback of a shim on a socket')
    .optionsGroup('In the place of shims that are gone:')
    .option(
      '--stand-in',
      'watch the shims, and write the webhook configurations together with them: they lead here while a shim is gone. The shims have --register api and --fallback-service <namespace>/gatehouse, and the same of what follows, and of --registration',
    )
    .option('--shim-host <name[:port]>', `the --host of the shims (default: ${DEFAULT_WEBHOOK_HOST})`)
    .addOption(
      new Option('--selectors <who>', 'who decides namespaceSelectors (default: api-server)').choices([
        'api-server',
        'shim',
      ]),
    )
    .option('--kubernetes-version <version>', 'of the API servers, such as 1.37: newer ones are told less')
    .optionsGroup('Modules from registries and web servers, for the pods:')
    .option('--sources-path <file>', 'sources.yml: insecure sources, own authorities, proxies')
    .option(
      '--docker-config-json-path <folder>',
      "who to be at the registries of these policies: Docker's config.json, or its folder; its helpers are asked here (default: nobody)",
    )
    .addOption(storeOption())
    .optionsGroup('Certificate:')
    .option('--cert-dir <folder>', 'sign with the authority in this folder (ca.crt, ca.key); made when missing')
    .option('--cert-file <file>', 'a certificate that somebody else issued for <name>.<namespace>.svc, PEM')
    .option('--key-file <file>', 'its key, PEM')
    .option('--ca-file <file>', 'what API servers verify it with, PEM')
    .addHelpText('after', HELP)
    .action((flags: InstallFlags) => install(flags, context))
}

async function install(flags: InstallFlags, { io }: CommandContext): Promise<void> {
  const { policies, image, namespace, replicas, events = false, webhooks } = flags
  const standIn = readStandIn(flags)
  const { registration = standIn === undefined ? 'per-policy' : 'combined' } = flags
  const { installService } = await import('../../clusters/install/install-service.ts')
  const { yaml, unregistered, rotation } = await installService({
    ...{ policies, image, namespace, events, webhooks, registration },
    ...(standIn !== undefined && { standIn }),
    replicas: Number(replicas),
    modules: toAccess(flags, io),
    certificate: chooseCertificate(flags),
  })
  for (const id of unregistered) io.err(`policy ${id} has no rules: it is served, and no API server asks for it\n`)
  if (rotation !== undefined) io.err(`${flags.certDir}: ${NEXT_IN_ROTATION[rotation]}\n`)
  io.out(yaml)
}

const NEXT_IN_ROTATION: Readonly<Record<RotationPhase, string>> = {
  'both-trusted':
    'the authority is being replaced. API servers that are given this trust both: then `gatehouse certificates confirm`, and print again',
  'new-signs':
    'the new authority signs. The old one is trusted for a day more, and is gone from what is printed after that',
}

function chooseCertificate({ certDir, certFile, keyFile, caFile }: InstallFlags): CertificateChoice {
  const files = [certFile, keyFile, caFile].filter((file) => file !== undefined)
  if (files.length === 0) return certDir === undefined ? undefined : { authority: certDir }
  if (certFile !== undefined && keyFile !== undefined && caFile !== undefined && certDir === undefined)
    return { certFile, keyFile, caFile }
  throw new GatehouseError(
    'ERR_CLI_USAGE',
    '--cert-file, --key-file and --ca-file go together, and not with --cert-dir',
    {
      hint: 'Give all three, or --cert-dir alone.',
    },
  )
}
