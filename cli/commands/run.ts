import { Option } from 'commander'
import { createTextLog } from '../../util/text-log.ts'
import type { AddCommand } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { addAccessOptions, storeOption } from '../modules/access-flags.ts'
import { parseSeconds } from '../parse-seconds.ts'
import type { RunFlags } from '../run/answer-requests.ts'
import { addPolicyOptions, refuseSessionOptions, refuseVerificationOptions } from '../run/kubewarden-options.ts'
import { collect } from './cluster/shared.ts'

const EXAMPLES = `
For each request one line on standard output: the AdmissionResponse as JSON. The policy's own log lines go to standard
error. The exit code is 0 even for a denial, unless --exit-code is given; 3 means that there is no verdict.

Of a file or folder of policies, each policy is asked about each request, whatever its rules, selectors and
matchConditions say: those are the API server's to apply. Exemptions are the
shim's, and hold here too. To ask one policy about what it is meant for, name its module.

A reference is pulled unless it is stored; of policies in a file, too.

Examples:
  # a recorded AdmissionReview, or the request in it
  gatehouse run policies/pod-privileged/policy.wasm -r policies/pod-privileged/fixtures/privileged-pod.json

  # manifests: the request that the API server would make of each is built
  gatehouse run policies/require-labels/policy.wasm --settings-json '{"required_labels": ["app"]}' -r deploy.yaml

  # in a pipeline: leaves with 1 if anything is denied
  helm template chart | gatehouse run policies/pod-privileged/policy.wasm --exit-code -r -
`

export const addRunCommand: AddCommand = (program, { io, leaveWith }) => {
  const run = program
    .command('run')
    .description('Ask a policy about a request, here and now.')
    .argument(
      '<policy>',
      "a module's file, its reference, or the start of a stored one's digest; or a file or folder of policies: each of them is asked",
    )
    .requiredOption(
      '-r, --request-path <file>',
      'AdmissionReview, AdmissionRequest or manifests; - for standard input; may be repeated',
      collect,
    )
    .optionsGroup('Policy:')
  addAccessOptions(addPolicyOptions(run))
    .addOption(storeOption())
    .option('--timeout <seconds>', 'how long one evaluation may take', parseSeconds, 2)
    .optionsGroup('Requests for manifests:')
    .addOption(
      new Option('--operation <operation>', 'what is done to the object')
        .choices(['CREATE', 'UPDATE', 'DELETE'])
        .default('CREATE'),
    )
    .option('--old-object <file>', 'what an UPDATE finds')
    .option('-n, --namespace <name>', 'for objects that name none', 'default')
    .option('--user <name>', 'who does it (default: kubernetes-admin, of system:masters)')
    .optionsGroup('Result:')
    .option('--exit-code', 'leave with 1 when anything is denied', false)
    .addHelpText('after', EXAMPLES)
    .action(async (policy: string, flags: RunFlags & { readonly exitCode: boolean }) => {
      const { startPool } = await import('../evaluation/start-pool.ts')
      await using pool = startPool(1, createTextLog(io.err))
      // loaded while the thread starts
      const { answerRequests } = await import('../run/answer-requests.ts')
      const verdicts = await answerRequests(policy, flags, { io, pool, summary: true })
      if (flags.exitCode && verdicts.some(({ response }) => !response.allowed)) leaveWith(EXIT.NO)
    })
  refuseSessionOptions(refuseVerificationOptions(run))
}
