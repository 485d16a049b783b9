import { Option } from 'commander'
import { GatehouseError } from '../../util/errors.ts'
import type { AddCommand } from '../command.ts'
import { addInfo } from '../kwctl/add-info.ts'
import { addRun } from '../kwctl/add-run.ts'
import { addScaffold } from '../kwctl/add-scaffold.ts'
import { addStoreCommands } from '../kwctl/add-store-commands.ts'
import { kwctlVersion } from '../kwctl/kwctl-version.ts'

const HELP = `
Commands, flags, output and exit codes are those of Kubewarden's kwctl, so that a policy's test scripts run unchanged. The
package installs it under that name as well. What it does not have is refused, and not ignored.

Examples:
  gatehouse kwctl run annotated-policy.wasm -r test_data/request.json
  kwctl scaffold manifest -t ClusterAdmissionPolicy annotated-policy.wasm
`

export const addKwctlCommand: AddCommand = (program, context) => {
  const kwctl = program
    .command('kwctl')
    .description("Do what Kubewarden's kwctl does.")
    .version(`kwctl ${kwctlVersion()}`, '-V, --version', 'print the version')
    .addOption(new Option('-v, --verbose', 'without effect: everything is shown anyway'))
    .addOption(new Option('--no-color', 'without effect: nothing is coloured'))
    .enablePositionalOptions()
    .addHelpText('after', HELP)
  addRun(kwctl, context)
  addScaffold(kwctl, context)
  addStoreCommands(kwctl, context)
  addInfo(kwctl, context)
  const names = kwctl.commands.map((command) => command.name())
  kwctl.on('command:*', ([name]: readonly string[]) => {
    throw new GatehouseError('ERR_UNSUPPORTED', `kwctl has no command ${name} here; there are ${names.join(', ')}`)
  })
}
