import { InvalidArgumentError } from 'commander'
import { adminSocketOption } from '../admin/admin-socket-option.ts'
import type { AddCommand, CommandContext } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { type OutputFormat, outputOption } from '../render/output-option.ts'

interface DoctorFlags {
  readonly kubeconfig?: string
  readonly pid?: number
  readonly apiServerFlags?: readonly string[]
  readonly adminSocket: string
  readonly output: OutputFormat
}

const HELP = `
Looks at the API server's flags, version and gates, its egress selector, AdmissionConfiguration and static manifests, the
socket, the shim, certificates, the clock, aggregated groups, and who else takes the socket. It changes nothing. Each line
says ok, warning or problem, and what can be done. The exit code is 1 if there is a problem.

Run it on the API server's host, as root: the flags and files of a process are its user's. Files in a container are read
through /proc/PID/root, as the API server sees them.

Examples:
  gatehouse doctor --kubeconfig /etc/kubernetes/admin.conf

  # before the first start, or for k3s, whose API server is no process of its own
  gatehouse doctor --api-server-flags /etc/kubernetes/manifests/kube-apiserver.yaml
  gatehouse doctor --api-server-flags /etc/rancher/k3s/config.yaml
`

export const addDoctorCommand: AddCommand = (program, context) => {
  program
    .command('doctor')
    .description('Check an API server and the shim beside it, and name what is wrong with the way out.')
    .option('--kubeconfig <file>', 'for what only the API knows')
    .option(
      '--pid <pid>',
      'of kube-apiserver (default: the only one on this host, or on the port of --kubeconfig)',
      parsePid,
    )
    .option('--api-server-flags <file...>', 'files that hold its flags, instead of a process')
    .addOption(adminSocketOption())
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action((flags: DoctorFlags) => runDoctorCommand(flags, context))
}

async function runDoctorCommand(flags: DoctorFlags, { io, leaveWith }: CommandContext): Promise<void> {
  const { kubeconfig, pid, apiServerFlags, adminSocket, output } = flags
  const { findContext } = await import('../../upkeep/doctor/find-context.ts')
  const { runDoctor } = await import('../../upkeep/doctor/run-doctor.ts')
  const { renderFindings } = await import('../upkeep/findings-table.ts')
  const { renderResult } = await import('../render/output.ts')
  using resources = new DisposableStack()
  const options = {
    adminSocket,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(pid !== undefined && { pid }),
    ...(apiServerFlags !== undefined && { flagFiles: apiServerFlags }),
  }
  const findings = await runDoctor(await findContext(options, resources))
  io.out(renderResult(findings, output, renderFindings))
  if (findings.some(({ level }) => level === 'problem')) leaveWith(EXIT.NO)
}

function parsePid(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('Write the number of a process.')
  return Number(text)
}
