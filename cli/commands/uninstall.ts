import { GatehouseError } from '../../util/errors.ts'
import { adminSocketOption } from '../admin/admin-socket-option.ts'
import type { AddCommand, CommandContext } from '../command.ts'

interface UninstallFlags {
  readonly kubeconfig?: string
  readonly manifests?: string
  readonly adminSocket: string
  readonly dryRun?: true
}

const HELP = `
Takes away what makes an API server ask: the webhook configurations in the API, and the static manifests on its disk. Only
ours, by name and by the label app.kubernetes.io/managed-by=gatehouse; what is somebody else's is left, and named. The
folders of static manifests stay, since an API server that names them does not start without; our AdmissionConfiguration no
longer names them. The shim, its certificates and the policies are not touched; one that runs with --static-manifests for
this folder, or with --register api, writes again, and is named: stop it. Done again, it finds nothing to do.

Examples:
  # see first
  gatehouse uninstall --kubeconfig /etc/kubernetes/admin.conf --manifests /etc/gatehouse --dry-run

  # before a downgrade from 1.37 to 1.35, on each API server's host
  gatehouse uninstall --manifests /etc/gatehouse
`

export const addUninstallCommand: AddCommand = (program, context) => {
  program
    .command('uninstall')
    .description('Unregister the policies: remove our webhook configurations from the API and from the disk.')
    .option('--kubeconfig <file>', 'remove our objects from this API')
    .option('--manifests <folder>', 'remove our files from this folder, the --out of `gatehouse manifests`')
    .addOption(adminSocketOption())
    .option('--dry-run', 'show what would be done')
    .addHelpText('after', HELP)
    .action((flags: UninstallFlags) => uninstall(flags, context))
}

async function uninstall(flags: UninstallFlags, { io }: CommandContext): Promise<void> {
  const { kubeconfig, manifests, adminSocket, dryRun = false } = flags
  if (kubeconfig === undefined && manifests === undefined)
    throw new GatehouseError('ERR_CLI_USAGE', 'nothing is named to uninstall from', {
      hint: 'Give --kubeconfig, --manifests, or both.',
    })
  const { runUninstall } = await import('../../upkeep/uninstall/run-uninstall.ts')
  const { describeFlags } = await import('../../upkeep/uninstall/describe-flags.ts')
  const { renderSteps } = await import('../upkeep/steps-table.ts')
  const steps = await runUninstall({
    adminSocket,
    dryRun,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(manifests !== undefined && { manifests }),
  })
  io.out(renderSteps(steps, dryRun))
  io.out(describeFlags(manifests))
}
