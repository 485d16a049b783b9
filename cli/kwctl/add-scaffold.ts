import { type Command, Option } from 'commander'
import { GatehouseError } from '../../util/errors.ts'
import type { CommandContext } from '../command.ts'
import { type AccessFlags, addAccessOptions, toAccess } from '../modules/access-flags.ts'
import { readText } from '../read-text.ts'
import { refuseVerificationOptions } from '../run/kubewarden-options.ts'
import { RESOURCE_KINDS, type ResourceKind } from './resource-kinds.ts'

const HELP = `
Example:
  kwctl scaffold manifest -t ClusterAdmissionPolicy policy.wasm --settings-json '{"required_labels": ["app"]}'
`

interface ManifestFlags extends AccessFlags {
  readonly type: ResourceKind
  readonly settingsPath?: string
  readonly settingsJson?: string
  readonly title?: string
  readonly allowContextAware: boolean
}

/** `kwctl scaffold`. */
export function addScaffold(kwctl: Command, context: CommandContext): void {
  const scaffold = kwctl.command('scaffold').description('Write a file that a policy needs.')
  addManifest(scaffold, context)
  const names = scaffold.commands.map((command) => command.name())
  scaffold.on('command:*', ([name]: readonly string[]) => {
    throw new GatehouseError('ERR_UNSUPPORTED', `kwctl scaffolds no ${name} here; there is ${names.join(', ')}`)
  })
}

function addManifest(scaffold: Command, { io }: CommandContext): void {
  const manifest = scaffold
    .command('manifest')
    .description('Write the policy resource with which a cluster gets the policy.')
    .argument('<policy>', 'a module')
    .addOption(new Option('-t, --type <kind>', 'the kind of resource').choices(RESOURCE_KINDS).makeOptionMandatory())
    .option('-s, --settings-path <file>', "the policy's settings, YAML or JSON")
    .addOption(new Option('--settings-json <json>', 'the same, in place').conflicts('settingsPath'))
    .option('--title <name>', "the resource's name; the policy's title, if it is left away")
    .option('--allow-context-aware', 'let the policy see what its metadata wants to see of a cluster', false)
  addAccessOptions(manifest)
    .addHelpText('after', HELP)
    .action(async (policy: string, { settingsPath, settingsJson, ...flags }: ManifestFlags) => {
      const { scaffoldManifest } = await import('./scaffold-manifest.ts')
      const settings = settingsJson ?? (settingsPath === undefined ? '{}' : await readText(settingsPath, io))
      io.out(await scaffoldManifest(policy, { ...flags, settings, warn: io.err, access: toAccess(flags, io) }))
    })
  refuseVerificationOptions(manifest)
}
