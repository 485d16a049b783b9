import { Option } from 'commander'
import type { AddCommand } from '../command.ts'
import { type AccessFlags, addAccessOptions, storeOption, toAccess } from '../modules/access-flags.ts'

const HELP = `
The annotations of the policy's metadata become the manifest's, those of several lines left out.

Examples:
  gatehouse push annotated-policy.wasm registry://ghcr.io/me/policy:v1.0.0

  # what was pulled, to another registry
  gatehouse push registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0 registry.internal:5000/pod-privileged:v1.0.0
`

interface PushFlags extends AccessFlags {
  readonly force: boolean
  readonly output: 'text' | 'json'
}

export const addPushCommand: AddCommand = (program, { io }) => {
  const push = program
    .command('push')
    .description('Push a policy to a registry.')
    .argument('<policy>', "a module's file, a reference, or the start of a stored module's digest")
    .argument('<uri>', 'where to, with a tag; without one, latest')
    .option('-f, --force', 'also a module without metadata', false)
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']).default('text'))
    .addOption(storeOption())
  addAccessOptions(push)
    .addHelpText('after', HELP)
    .action(async (policy: string, uri: string, flags: PushFlags) => {
      const { pushPolicy } = await import('../modules/push-policy.ts')
      const warn = (warning: string) => io.err(`${warning}\n`)
      const options = { access: toAccess(flags, io), force: flags.force, warn }
      const { immutableReference } = await pushPolicy(policy, uri, options)
      if (flags.output === 'json') io.out(`${JSON.stringify({ immutable_ref: immutableReference })}\n`)
      else io.out(`Policy successfully pushed: ${immutableReference}\n`)
    })
}
