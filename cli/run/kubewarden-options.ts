import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ExecutionMode } from '../../evaluator/module/metadata.ts'
import { GatehouseError } from '../../util/errors.ts'
import { collect } from '../commands/cluster/shared.ts'

/** The flags of `kwctl run` that `gatehouse run` has as well. */
export interface KubewardenFlags {
  readonly settingsPath?: string
  readonly settingsJson?: string
  readonly executionMode?: ExecutionMode
  readonly raw: boolean
  readonly allowContextAware: boolean
  /** `true`: the flag without a pattern, which grants nothing. */
  readonly allowedHostCapabilities: readonly string[] | true
}

/** How a policy is run: flags of `kwctl`, under its names. */
export function addPolicyOptions(command: Command): Command {
  return command
    .option('-s, --settings-path <file>', "the policy's settings, YAML or JSON")
    .addOption(new Option('--settings-json <json>', 'the same, in place').conflicts('settingsPath'))
    .option(
      '-e, --execution-mode <mode>',
      'how to call a module without metadata: kubewarden, wasi, opa, gatekeeper',
      parseMode,
    )
    .option('--raw', 'the request is any JSON, and not an AdmissionReview', false)
    .option('--allow-context-aware', 'let the policy see what its metadata wants to see of a cluster', false)
    .addOption(
      new Option('--allowed-host-capabilities [pattern...]', 'what the policy may ask its host for').default(
        ['*'],
        '*',
      ),
    )
    .option('--disable-wasmtime-cache', 'without effect, as there is no such cache')
}

const NOT_VERIFIED = 'signatures are not verified yet, so that nothing would be checked'
const NO_HOST_CALLS =
  'policies have no host capability but logging yet, so that there is nothing to record or to replay'

const VERIFICATION: Readonly<Record<string, string>> = {
  '--verification-config-path <file>': NOT_VERIFIED,
  '-k, --verification-key <file>': NOT_VERIFIED,
  '-a, --verification-annotation <key=value>': NOT_VERIFIED,
  '--cert-email <email>': NOT_VERIFIED,
  '--cert-oidc-issuer <url>': NOT_VERIFIED,
  '--github-owner <owner>': NOT_VERIFIED,
  '--github-repo <repository>': NOT_VERIFIED,
  '--sigstore-trust-config <file>': NOT_VERIFIED,
}
const SESSIONS: Readonly<Record<string, string>> = {
  '--record-host-capabilities-interactions <file>': NO_HOST_CALLS,
  '--replay-host-capabilities-interactions <file>': NO_HOST_CALLS,
}

/** `kwctl`'s flags about signatures, of all commands that may pull: none can be honoured. */
export function refuseVerificationOptions(command: Command): Command {
  return refuseOptions(command, VERIFICATION)
}

/** `kwctl`'s flags about recorded host capabilities: none can be honoured. */
export function refuseSessionOptions(command: Command): Command {
  return refuseOptions(command, SESSIONS)
}

/** `inspect --show-signatures`. */
export function refuseSignaturesOption(command: Command): Command {
  return refuseOptions(command, { '--show-signatures': 'signatures are not read yet' })
}

// Understood, so that each can be refused by what is missing: without it the command would promise what it does not do.
function refuseOptions(command: Command, unsupported: Readonly<Record<string, string>>): Command {
  const options = Object.entries(unsupported).map(([flags, reason]) => new Option(flags, reason).hideHelp())
  for (const option of options) command.addOption(option.argParser(collect))
  return command.hook('preAction', () => {
    for (const option of options)
      if (command.getOptionValueSource(option.attributeName()) === 'cli')
        throw new GatehouseError('ERR_UNSUPPORTED', `${option.long} cannot be used: ${option.description}`)
  })
}

function parseMode(text: string): ExecutionMode {
  if (text === 'kubewarden' || text === 'kubewarden-wapc') return 'kubewarden-wapc'
  if (text === 'wasi' || text === 'opa' || text === 'gatekeeper') return text
  throw new InvalidArgumentError('It is one of kubewarden, wasi, opa, gatekeeper.')
}
