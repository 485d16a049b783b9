import { FLAG_DEFAULTS } from '../../shim/flag-defaults.ts'
import type { ShimFlags } from '../../shim/parse-flags.ts'
import type { AddCommand, CommandContext } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

const HELP = `
Without --port it answers on the Unix socket alone, and nothing listens on TCP.

Examples:
  # beside an API server, whose egress selector names the socket
  gatehouse shim --policies /etc/gatehouse/policies.yml

  # the same, for an API server that runs in a group of its own
  gatehouse shim --policies policies.yml --socket-group kube-apiserver --socket-mode 0660

  # another webhook that the API server still has to reach
  gatehouse shim --policies policies.yml --allow-connect webhook.example.com:443

  # as an ordinary webhook behind the Service 'policies' of the namespace 'gatehouse', with a certificate of its own
  gatehouse shim --policies policies.yml --port 8443 --host policies.gatehouse.svc

  # as an ordinary webhook, in the place of Kubewarden's policy server
  gatehouse shim --policies policies.yml --port 8443 --cert-file tls.crt --key-file tls.key --readiness-probe-port 8081

  # in the place of the shim that runs, without a failed request
  gatehouse shim --policies /etc/gatehouse/policies.yml --takeover

  # ask it something
  curl --unix-socket /run/gatehouse/gatehouse.sock http://shim/readiness

Environment, for deployments made for Kubewarden's policy server (a flag wins): KUBEWARDEN_BIND_ADDRESS, _CERT_FILE,
_DOCKER_CONFIG_JSON_PATH, _KEY_FILE, _LOG_FMT, _LOG_LEVEL, _POLICIES, _POLICIES_DOWNLOAD_DIR, _POLICY_TIMEOUT, _PORT,
_READINESS_PROBE_PORT, _SOURCES_PATH, _WORKERS.

The policies are read again when their files change, and on SIGHUP, which also opens the decision log anew and asks for
 modules again whose references may mean others by now.
 A policy that turns out bad keeps its last good version.
SIGTERM: requests in flight get their verdicts, then it leaves with 0. A second signal, or the end of --grace, cuts them.
A shim whose socket was taken over answers on open connections until they are gone, and leaves with 0 (--handover-grace).
A socket that the service manager passes on (LISTEN_FDS) is used in the place of --socket.
Before it is ready, only what its fallback is asked can be in flight; without one the first signal ends it at once, with 0.
`

export const addShimCommand: AddCommand = (program, context) => {
  const repeat = (value: string, values: readonly string[] = []) => [...values, value]
  program
    .command('shim')
    .description('Answer the API server: run the policies beside it, on a Unix socket or as an HTTPS webhook.')
    .option('--policies <path>', 'policies.yml, or a file or folder of ClusterAdmissionPolicy YAML (required)')
    .optionsGroup('Unix socket:')
    .option('--socket <path>', `where to listen (default: ${FLAG_DEFAULTS.socket} unless --port is given)`)
    .option(
      '--socket-mode <octal>',
      `rights of the socket: who may write may connect (default: ${toOctal(FLAG_DEFAULTS.socketMode)})`,
    )
    .option(
      '--socket-dir-mode <octal>',
      `rights of its folder, if that has to be created (default: ${toOctal(FLAG_DEFAULTS.socketDirMode)})`,
    )
    .option('--socket-owner <user>', 'owner of the socket, and of its folder if that has to be created')
    .option('--socket-group <group>', 'their group')
    .option(
      '--admin-socket <path>',
      `where \`gatehouse status\` and its siblings ask, for the shim's user alone; or none (default: admin.sock beside --socket)`,
    )
    .option(
      '--framed-socket <path>',
      'answer in frames without HTTP here as well, for --socket-owner alone: the in-process plugin asks so, for comparisons',
    )
    .option(
      '--host <name[:port]>',
      `answer a CONNECT to this host, and name it in the issued certificate, repeatable (default: ${FLAG_DEFAULTS.host})`,
      repeat,
    )
    .option('--takeover', 'when ready, take the socket from the shim that has it, which then stops by itself')
    .option('--allow-connect <host:port>', 'pass a CONNECT to this target on, repeatable; others are refused', repeat)
    .optionsGroup('Webhook:')
    .option('--port <number>', 'serve HTTPS on this port')
    .option('--addr <address>', `address for the ports (default: ${FLAG_DEFAULTS.addr})`)
    .option('--readiness-probe-port <number>', 'answer probes on this port, plain HTTP')
    .optionsGroup('Certificates:')
    .option(
      '--cert-dir <folder>',
      `own authority and certificate, issued when missing (default: ${FLAG_DEFAULTS.certDir})`,
    )
    .option('--cert-file <file>', 'a certificate that somebody else issued, PEM; read again when it changes')
    .option('--key-file <file>', 'its key, PEM')
    .option(
      '--ca-file <file>',
      'what API servers verify --cert-file with, PEM; for --static-manifests and --register api',
    )
    .optionsGroup('Modules from registries and web servers:')
    .option('--policies-download-dir <folder>', `the store that they are kept in (default: ${FLAG_DEFAULTS.store})`)
    .option('--sources-path <file>', "Kubewarden's sources.yml: insecure sources, their authorities, proxies")
    .option(
      '--docker-config-json-path <folder>',
      "who to be at registries: Docker's config.json, or its folder (default: $DOCKER_CONFIG or ~/.docker)",
    )
    .optionsGroup('Registration:')
    .option(
      '--static-manifests <folder>',
      "keep the API server's static manifests, in validating/ and mutating/ below this folder, in step with the policies",
    )
    .option(
      '--register <how>',
      `api: the shims of a cluster write the webhook configurations together and mend them; needs --kubeconfig (default: ${FLAG_DEFAULTS.register})`,
    )
    .option(
      '--registration <mode>',
      "in either 'combined' policies share webhook entries, 'per-policy' each has its own (default: combined)",
    )
    .option(
      '--fallback-service <namespace/name[:port]>',
      'with --register api, the Service that API servers are sent to while a shim is gone; the policy servers behind it are given the same',
    )
    .option(
      '--shim-host <name[:port]>',
      `on a policy server with --fallback-service, the --host of the shims (default: ${FLAG_DEFAULTS.host})`,
    )
    .option('--no-default-exclusions', 'in either, police system namespaces, leases, events and the API server too')
    .option('--kubernetes-version <version>', 'of the API server, such as 1.37: newer ones are told less')
    .optionsGroup('API server:')
    .option(
      '--kubeconfig <file>',
      'who the shim is to the API server, best gatehouse:shim; the current context. Or in-cluster, for a Pod. Without it the shim talks to nobody',
    )
    .option(
      '--selectors <who>',
      `who decides namespaceSelectors, api-server or shim; shim needs --kubeconfig (default: ${FLAG_DEFAULTS.selectors})`,
    )
    .option('--events', 'tell of denials as Events; needs --kubeconfig')
    .optionsGroup('Fallback:')
    .option(
      '--fallback <url>',
      'https://host[:port] of an HTTPS webhook with the same policies, which is asked while this shim cannot answer',
    )
    .option('--fallback-address <host[:port]>', "where to dial it, if its host's name means nothing on this machine")
    .option('--fallback-ca <file>', "what to verify it with, PEM (default: the shim's own authority)")
    .optionsGroup('Limits:')
    .option('--workers <number>', 'evaluations at the same time (default: number of CPUs)')
    .option(
      '--queue <number>',
      `requests that may wait for their turn; more are refused (default: ${FLAG_DEFAULTS.queue})`,
    )
    .option(
      '--policy-timeout <seconds>',
      `for policies without a timeoutEvalSeconds of their own (default: ${FLAG_DEFAULTS.policyTimeoutSeconds})`,
    )
    .option('--memory-limit <MiB>', `memory of one evaluation (default: ${FLAG_DEFAULTS.memoryLimitMib})`)
    .option(
      '--grace <seconds>',
      `how long a shutdown waits for requests in flight (default: ${FLAG_DEFAULTS.graceSeconds})`,
    )
    .option(
      '--linger <seconds>',
      `how long a shutdown leaves idle connections open, each for one more answer, as others answer new ones: behind a Service (default: ${FLAG_DEFAULTS.lingerSeconds})`,
    )
    .option(
      '--handover-grace <seconds>',
      `how long it answers open connections after its socket was taken over (default: ${FLAG_DEFAULTS.handoverGraceSeconds})`,
    )
    .optionsGroup('Log:')
    .option('--log-level <level>', `trace, debug, info, warn or error (default: ${FLAG_DEFAULTS.logLevel})`)
    .option('--log-fmt <format>', `text or json (default: ${FLAG_DEFAULTS.logFmt})`)
    .option('--decision-log <file>', 'a line of JSON for each review that was answered; - for standard output')
    .option(
      '--decision-log-sample <rate>',
      'how many of those that were allowed, 0 to 1; denials and errors always (default: 1)',
    )
    .addHelpText('after', HELP)
    .action((flags: ShimFlags) => runShim(flags, context))
}

/** Runs until a signal asks it to stop. */
async function runShim(flags: ShimFlags, { io, leaveWith }: CommandContext): Promise<void> {
  const { readEnvironment, countInheritedSockets } = await import('../../shim/config.ts')
  const { parseFlags } = await import('../../shim/parse-flags.ts')
  const { createLog } = await import('../../util/log.ts')
  const { Shim } = await import('../../shim/shim.ts')
  const { log, ...options } = parseFlags({ ...readEnvironment(), ...flags }, countInheritedSockets())
  const stopSignal = Promise.withResolvers<void>()
  const impatience = new AbortController()
  let signals = 0
  io.onStopSignal(() => {
    signals += 1
    if (signals === 1) stopSignal.resolve()
    else impatience.abort()
  })
  const shimLog = createLog({ ...log, write: io.err })
  const unstarted = new Shim(options, shimLog, io.outFlushed)
  const starting = unstarted.start()
  // heard from the beginning, since SIGHUP ends a process that does not listen; a start that fails is told below
  io.onReloadSignal(() => void starting.then((shim) => shim.reload()).catch(() => {}))
  const shim = await Promise.race([starting, stopSignal.promise])
  if (shim === undefined) {
    // Nobody was answered yet but by the fallback, and a start may wait for a file that never comes. The threads go with the process.
    const cutOff = await unstarted.giveUp(impatience.signal)
    shimLog.info({ cutOff }, 'stopped before it was ready')
    return io.exit(cutOff > 0 ? EXIT.FAILURE : EXIT.OK)
  }
  await Promise.race([stopSignal.promise, shim.ended])
  const cutOff = await shim.stop(impatience.signal)
  const code = cutOff > 0 ? EXIT.FAILURE : EXIT.OK
  // decisions had their time; a write that nobody takes off standard output would keep the process for ever
  if (options.decisionLog !== undefined) io.exit(code)
  else if (code !== EXIT.OK) leaveWith(code)
}

function toOctal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
