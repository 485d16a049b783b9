import type { Command } from 'commander'
import { createTextLog } from '../../util/text-log.ts'
import type { CommandContext } from '../command.ts'
import { collect } from '../commands/cluster/shared.ts'
import { type AccessFlags, addAccessOptions } from '../modules/access-flags.ts'
import {
  addPolicyOptions,
  type KubewardenFlags,
  refuseSessionOptions,
  refuseVerificationOptions,
} from '../run/kubewarden-options.ts'

const HELP = `
The policy is a module's file, or a YAML file of Kubewarden's policy resources: all of them are asked, one after the other,
about the same request. One line on standard output for each: the AdmissionResponse. The exit code is 0 for a denial, too.

Example:
  kwctl run policy.wasm -r request.json --settings-json '{"required_labels": ["app"]}'
`

// kwctl waits without end for a policy that loops.
const TIMEOUT_SECONDS = 60

type RunFlags = KubewardenFlags & AccessFlags & { readonly requestPath: readonly string[] }

/** `kwctl run`. */
export function addRun(kwctl: Command, { io }: CommandContext): void {
  const run = kwctl
    .command('run')
    .description('Ask a policy about a request.')
    .argument('<policy>', 'a module, or a YAML file of policy resources')
    .requiredOption(
      '-r, --request-path <file>',
      'an AdmissionReview or AdmissionRequest; - for standard input',
      collect,
    )
  addAccessOptions(addPolicyOptions(run))
    .addHelpText('after', HELP)
    .action(async (policy: string, given: RunFlags) => {
      const { startPool } = await import('../evaluation/start-pool.ts')
      await using pool = startPool(1, createTextLog(io.err))
      // loaded while the thread starts
      const { answerRequests } = await import('../run/answer-requests.ts')
      const { isPoliciesPath } = await import('../run/policies-to-run.ts')
      const flags = isPoliciesPath(policy) ? withoutIgnored(given, io.err) : given
      const forManifests = { operation: 'CREATE', namespace: 'default' } as const
      const options = { io, pool, summary: false }
      await answerRequests(policy, { ...flags, ...forManifests, timeout: TIMEOUT_SECONDS }, options)
    })
  refuseSessionOptions(refuseVerificationOptions(run))
}

// The resources say it themselves, and kwctl goes on.
function withoutIgnored(flags: RunFlags, err: (text: string) => void): RunFlags {
  const { settingsJson, settingsPath, executionMode, ...used } = flags
  if (settingsJson !== undefined || settingsPath !== undefined)
    err('INFO The --settings-json and --settings-path options are ignored when using a YAML file\n')
  if (executionMode !== undefined) err('INFO The --execution-mode option is ignored when using a YAML file\n')
  return used
}
