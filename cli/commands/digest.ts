import type { AddCommand } from '../command.ts'
import { type AccessFlags, addAccessOptions, toAccess } from '../modules/access-flags.ts'

const HELP = `
Example:
  gatehouse digest ghcr.io/kubewarden/policies/pod-privileged:v1.0.0
`

export const addDigestCommand: AddCommand = (program, { io }) => {
  const digest = program
    .command('digest')
    .description('Ask a registry what a reference stands for now: <uri>@sha256:…')
    .argument('<uri>', 'a module in a registry')
  addAccessOptions(digest)
    .addHelpText('after', HELP)
    .action(async (uri: string, flags: AccessFlags) => {
      const { resolvePolicyDigest } = await import('../modules/resolve-policy-digest.ts')
      io.out(`${await resolvePolicyDigest(uri, toAccess(flags, io))}\n`)
    })
}
