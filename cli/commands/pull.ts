import type { AddCommand } from '../command.ts'
import { type AccessFlags, addAccessOptions, storeOption, toAccess } from '../modules/access-flags.ts'
import { refuseVerificationOptions } from '../run/kubewarden-options.ts'

const HELP = `
The module is kept in the store, where \`gatehouse run\`, \`inspect\` and a shim with the same store find it. On standard output
is the name that will always mean these bytes. A digest is not asked for again once it is stored; a registry that cannot be
reached is no error where there is a stored copy.

Examples:
  gatehouse pull registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0
  gatehouse pull ghcr.io/kubewarden/policies/pod-privileged:v1.0.0 -o pod-privileged.wasm

  # for a node that will have no network
  gatehouse pull https://example.com/policy.wasm --store /var/lib/gatehouse/store
`

export const addPullCommand: AddCommand = (program, { io }) => {
  const pull = program
    .command('pull')
    .description('Fetch a policy from a registry or a web server into the store.')
    .argument('<uri>', 'registry://, which may be left away, https:// or http://; without a tag, latest')
    .option('-o, --output-path <file>', 'write a copy there')
    .addOption(storeOption())
  refuseVerificationOptions(addAccessOptions(pull))
    .addHelpText('after', HELP)
    .action(async (uri: string, flags: AccessFlags & { readonly outputPath?: string }) => {
      const { pullPolicy } = await import('../modules/pull-policy.ts')
      const { outputPath } = flags
      const pulled = await pullPolicy(uri, { access: toAccess(flags, io), outputPath, steps: io.steps })
      io.out(`${pulled.immutableReference ?? pulled.digest}\n`)
    })
}
