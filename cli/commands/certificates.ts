import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import type { CertificatesStatus } from '../../shim/tls/operate-authority.ts'
import type { AddCommand, CommandContext } from '../command.ts'
import { type OutputFormat, outputOption } from '../render/output-option.ts'

const HELP = `
The certificates lie in a folder, which shims may share. Its authority is replaced before it ends, in steps: both authorities in
ca.crt; then, when every API server has been given that, the new one signs; a day later the old one leaves ca.crt.

Examples:
  gatehouse certificates status
  gatehouse certificates rotate
  gatehouse manifests --policies /etc/gatehouse/policies.yml   # the webhooks again, with the new ca.crt
  gatehouse certificates confirm
`

interface Flags {
  readonly certDir: string
  readonly output: OutputFormat
}

export const addCertificatesCommand: AddCommand = (program, context) => {
  const certificates = program
    .command('certificates')
    .description("Show and replace the authority of the shim's certificates.")
    .addHelpText('after', HELP)
  addSubcommand(certificates, 'status', 'Show the certificates, and what a rotation waits for.', async (flags) => {
    const { describeCertificates } = await import('../../shim/tls/operate-authority.ts')
    await print(await describeCertificates({ folder: resolve(flags.certDir) }), flags, context)
  })
  const rotate = 'Begin to replace the authority: publish a new one beside it in ca.crt.'
  addSubcommand(certificates, 'rotate', rotate, async (flags) => {
    const { beginRotation } = await import('../../shim/tls/operate-authority.ts')
    const { isNew, status } = await beginRotation({ folder: resolve(flags.certDir) })
    if (!isNew) context.io.err('a rotation is under way already; nothing was changed\n')
    await print(status, flags, context)
  })
  const confirm = 'Say that every API server has ca.crt as it is now: the new authority signs from then on.'
  addSubcommand(certificates, 'confirm', confirm, async (flags) => {
    const { confirmByHand } = await import('../../shim/tls/operate-authority.ts')
    await print(await confirmByHand({ folder: resolve(flags.certDir) }), flags, context)
  })
}

function addSubcommand(
  parent: Command,
  name: string,
  description: string,
  action: (flags: Flags) => Promise<void>,
): void {
  parent
    .command(name)
    .description(description)
    .addOption(new Option('--cert-dir <folder>', "the shim's certificates").default(FLAG_DEFAULTS.certDir))
    .addOption(outputOption())
    .addHelpText('after', `\nExample:\n  gatehouse certificates ${name} --cert-dir /var/lib/gatehouse/pki\n`)
    .action(action)
}

async function print(status: CertificatesStatus, { output }: Flags, { io }: CommandContext): Promise<void> {
  const { renderCertificates } = await import('../render/certificates-table.ts')
  const { renderResult } = await import('../render/output.ts')
  io.out(renderResult(status, output, renderCertificates))
}
