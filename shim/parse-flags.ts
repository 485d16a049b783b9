import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { LOG_FORMATS, LOG_LEVELS } from '../util/log.ts'
import { throwProblems } from '../util/problems.ts'
import { readApiServerFlags } from './api-server/read-api-server-flags.ts'
import type { Authority } from './connect/authority.ts'
import { type FallbackFlags, readFallback } from './fallback/read-fallback-flags.ts'
import { FLAG_DEFAULTS } from './flag-defaults.ts'
import { FlagReader } from './flag-reader.ts'
import { type ModuleFlags, readModuleFlags } from './modules/module-options.ts'
import { readRegistration } from './registration-flags.ts'
import type { LogSettings, ShimOptions, SocketOptions } from './shim-options.ts'
import { findGroupId, findUserId } from './socket/accounts.ts'
import type { CertificateSource } from './tls/certificate-source.ts'

/** Flags as they were typed, or as the environment has them. */
export interface ShimFlags extends ModuleFlags, FallbackFlags {
  readonly policies?: string
  readonly socket?: string
  readonly socketMode?: string
  readonly socketDirMode?: string
  readonly socketOwner?: string
  readonly socketGroup?: string
  readonly adminSocket?: string
  readonly framedSocket?: string
  readonly takeover?: boolean
  readonly host?: readonly string[]
  readonly allowConnect?: readonly string[]
  readonly staticManifests?: string
  readonly registration?: string
  readonly defaultExclusions?: boolean
  readonly kubernetesVersion?: string
  readonly fallbackService?: string
  readonly shimHost?: string
  readonly certDir?: string
  readonly certFile?: string
  readonly keyFile?: string
  readonly caFile?: string
  readonly kubeconfig?: string
  readonly selectors?: string
  readonly register?: string
  readonly events?: boolean
  readonly addr?: string
  readonly port?: string
  readonly readinessProbePort?: string
  readonly workers?: string
  readonly queue?: string
  readonly policyTimeout?: string
  readonly memoryLimit?: string
  readonly grace?: string
  readonly handoverGrace?: string
  readonly linger?: string
  readonly logLevel?: string
  readonly logFmt?: string
  readonly decisionLog?: string
  readonly decisionLogSample?: string
}

const MIB = 1024 * 1024

/** The first descriptor that a service manager passes on. */
const FIRST_INHERITED_FD = 3

/**
 * Checks the flags, and the number of sockets that the service manager has passed on.
 * @throws GatehouseError ERR_OPTIONS_INVALID with all that is wrong
 */
export function parseFlags(flags: ShimFlags, inheritedSockets = 0): ShimOptions & { readonly log: LogSettings } {
  const reader = new FlagReader()
  const hosts = reader.authorities('host', flags.host ?? [FLAG_DEFAULTS.host], 443)
  if (flags.policies === undefined)
    reader.refuse('policies', 'is missing; name a policies.yml, or a file or folder of policies')
  const options = {
    policies: flags.policies ?? '',
    ...readListeners(reader, { ...flags, inheritedSockets }, hosts),
    ...readAdmin(reader, flags),
    ...readFramed(reader, flags),
    ...readRegistration(reader, flags, hosts),
    certificates: readCertificates(reader, flags, hosts),
    ...readApiServerFlags(reader, flags),
    ...readFallback(reader, flags),
    modules: readModuleFlags(flags),
    workers: reader.number('workers', flags.workers, { default: availableParallelism(), min: 1, max: 256 }),
    queue: reader.number('queue', flags.queue, { default: FLAG_DEFAULTS.queue, min: 0, max: 100_000 }),
    policyTimeoutMs: readSeconds(reader, 'policy-timeout', flags.policyTimeout, {
      default: FLAG_DEFAULTS.policyTimeoutSeconds,
      min: 0.001,
    }),
    memoryLimitBytes:
      MIB *
      reader.number('memory-limit', flags.memoryLimit, { default: FLAG_DEFAULTS.memoryLimitMib, min: 1, max: 4096 }),
    graceMs: readSeconds(reader, 'grace', flags.grace, { default: FLAG_DEFAULTS.graceSeconds, min: 0 }),
    lingerMs: readSeconds(reader, 'linger', flags.linger, { default: FLAG_DEFAULTS.lingerSeconds, min: 0 }),
    handoverGraceMs: readSeconds(reader, 'handover-grace', flags.handoverGrace, {
      default: FLAG_DEFAULTS.handoverGraceSeconds,
      min: 0,
    }),
    ...readDecisionLog(reader, flags),
    log: {
      level: reader.choice('log-level', flags.logLevel, LOG_LEVELS, FLAG_DEFAULTS.logLevel),
      format: reader.choice('log-fmt', flags.logFmt, LOG_FORMATS, FLAG_DEFAULTS.logFmt),
    },
  }
  throwProblems('ERR_OPTIONS_INVALID', reader.problems, '`gatehouse shim --help` describes every flag.')
  return options
}

interface ListenerFlags extends ShimFlags {
  readonly inheritedSockets: number
}

function readListeners(reader: FlagReader, flags: ListenerFlags, hosts: readonly Authority[]) {
  const { addr = FLAG_DEFAULTS.addr, port, readinessProbePort, inheritedSockets } = flags
  if (flags.addr !== undefined && port === undefined && readinessProbePort === undefined)
    reader.refuse('addr', 'needs --port or --readiness-probe-port')
  const hasSocket = port === undefined || flags.socket !== undefined || inheritedSockets > 0
  if (!hasSocket) refuseSocketFlags(reader, flags)
  return {
    ...(hasSocket ? { socket: readSocket(reader, flags, hosts) } : {}),
    ...(port === undefined ? {} : { https: { host: addr, port: readPort(reader, 'port', port) } }),
    ...(readinessProbePort === undefined
      ? {}
      : { probes: { host: addr, port: readPort(reader, 'readiness-probe-port', readinessProbePort) } }),
  }
}

function refuseSocketFlags(reader: FlagReader, flags: ShimFlags): void {
  const given = { 'allow-connect': flags.allowConnect, ...flagsOfOwnSocket(flags) }
  refuseGiven(reader, given, 'is about the socket, which needs --socket when --port is given')
}

function flagsOfOwnSocket({ socketDirMode, socketGroup, socketMode, socketOwner, takeover }: ShimFlags) {
  return {
    'socket-dir-mode': socketDirMode,
    'socket-group': socketGroup,
    'socket-mode': socketMode,
    'socket-owner': socketOwner,
    takeover,
  }
}

function refuseGiven(reader: FlagReader, flags: Readonly<Record<string, unknown>>, why: string): void {
  for (const [flag, value] of Object.entries(flags)) if (value !== undefined) reader.refuse(flag, why)
}

/** The service manager has bound the socket, and given it its path and its rights. */
function refuseFlagsOfOwnSocket(reader: FlagReader, flags: ListenerFlags): void {
  refuseGiven(reader, flagsOfOwnSocket(flags), 'cannot be used with a socket of the service manager')
  if (flags.inheritedSockets > 1)
    reader.refuse('socket', `LISTEN_FDS is ${flags.inheritedSockets}; the .socket unit must have one ListenStream=`)
}

function readSocket(reader: FlagReader, flags: ListenerFlags, virtualHosts: readonly Authority[]): SocketOptions {
  const isInherited = flags.inheritedSockets > 0
  if (isInherited) refuseFlagsOfOwnSocket(reader, flags)
  if (flags.takeover && flags.port !== undefined)
    reader.refuse('takeover', 'hands over the socket alone, and not the --port')
  const uid = reader.account('socket-owner', flags.socketOwner, findUserId)
  const gid = reader.account('socket-group', flags.socketGroup, findGroupId)
  return {
    path: resolve(flags.socket ?? FLAG_DEFAULTS.socket),
    mode: reader.mode('socket-mode', flags.socketMode, FLAG_DEFAULTS.socketMode),
    folderMode: reader.mode('socket-dir-mode', flags.socketDirMode, FLAG_DEFAULTS.socketDirMode),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(isInherited ? { inheritedFd: FIRST_INHERITED_FD } : {}),
    ...(flags.takeover ? { takeover: true } : {}),
    virtualHosts,
    allowedTargets: reader.authorities('allow-connect', flags.allowConnect ?? []),
  }
}

/** Beside the socket unless said otherwise; without a socket there is none unless one is asked for. */
function readAdmin(reader: FlagReader, { socket, port, adminSocket, takeover }: ShimFlags): Pick<ShimOptions, 'admin'> {
  if (adminSocket === 'none' || (adminSocket === undefined && socket === undefined && port !== undefined)) return {}
  const main = resolve(socket ?? FLAG_DEFAULTS.socket)
  const path = adminSocket === undefined ? join(dirname(main), 'admin.sock') : resolve(adminSocket)
  if (path === main) reader.refuse('admin-socket', `is ${path}, which is the API server's socket; it needs its own`)
  return { admin: { path, mode: 0o600, folderMode: 0o700, ...(takeover ? { takeover } : {}) } }
}

/** For one API server, so that it belongs to whom the socket belongs to; nobody else may connect. */
function readFramed(reader: FlagReader, { socket, socketOwner, ...flags }: ShimFlags): Pick<ShimOptions, 'framed'> {
  if (flags.framedSocket === undefined) return {}
  const path = resolve(flags.framedSocket)
  const main = resolve(socket ?? FLAG_DEFAULTS.socket)
  if ([main, resolve(flags.adminSocket ?? join(dirname(main), 'admin.sock'))].includes(path))
    reader.refuse('framed-socket', `is ${path}, which is another socket of the shim; it needs its own`)
  // an owner that nobody knows has been refused already
  const uid = socketOwner === undefined ? undefined : findUserId(socketOwner)
  return {
    framed: {
      path,
      mode: 0o600,
      folderMode: 0o700,
      ...(uid === undefined ? {} : { uid }),
      ...(flags.takeover ? { takeover: true } : {}),
    },
  }
}

function readCertificates(reader: FlagReader, flags: ShimFlags, hosts: readonly Authority[]): CertificateSource {
  const { certFile, keyFile, certDir, caFile } = flags
  if (certFile !== undefined && keyFile !== undefined)
    return { kind: 'given', certFile, keyFile, ...(caFile !== undefined && { caFile }) }
  if (caFile !== undefined) reader.refuse('ca-file', 'goes with --cert-file and --key-file')
  if (certFile !== undefined) reader.refuse('cert-file', 'needs --key-file')
  if (keyFile !== undefined) reader.refuse('key-file', 'needs --cert-file')
  return { kind: 'issued', folder: resolve(certDir ?? FLAG_DEFAULTS.certDir), hosts: hosts.map(({ host }) => host) }
}

function readDecisionLog(
  reader: FlagReader,
  { decisionLog, decisionLogSample }: ShimFlags,
): Pick<ShimOptions, 'decisionLog'> {
  const range = { default: 1, min: 0, max: 1, allowsFraction: true }
  const sample = reader.number('decision-log-sample', decisionLogSample, range)
  if (decisionLog === undefined) {
    if (decisionLogSample !== undefined) reader.refuse('decision-log-sample', 'needs --decision-log')
    return {}
  }
  if (decisionLog === '') reader.refuse('decision-log', 'is ""; name a file, or - for standard output')
  return { decisionLog: { ...(decisionLog === '-' ? {} : { path: resolve(decisionLog) }), sample } }
}

function readPort(reader: FlagReader, flag: string, text: string): number {
  return reader.number(flag, text, { default: 0, min: 0, max: 65535 })
}

function readSeconds(
  reader: FlagReader,
  flag: string,
  text: string | undefined,
  range: { readonly default: number; readonly min: number },
): number {
  return 1000 * reader.number(flag, text, { ...range, max: 3600, allowsFraction: true })
}
