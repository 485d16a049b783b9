import type { LogFormat, LogLevel } from '../util/log.ts'
import type { ApiServerOptions } from './api-server/read-api-server-flags.ts'
import type { Authority } from './connect/authority.ts'
import type { FallbackOptions } from './fallback/fallback-options.ts'
import type { FramedSocketOptions } from './framed/framed-times.ts'
import type { ModuleOptions } from './modules/module-options.ts'
import type { ApiObjectsOptions, RegistrationOptions } from './registration-options.ts'
import type { UnixSocketOptions } from './socket/unix-socket.ts'
import type { CertificateSource } from './tls/certificate-source.ts'

/** Everything that the shim can be told. Checked where it is read; trusted from here on. */
export interface ShimOptions extends Partial<ApiServerOptions> {
  /** policies.yml, or a file or folder of ClusterAdmissionPolicy YAML. */
  readonly policies: string
  readonly socket?: SocketOptions
  readonly https?: Authority
  /** Plain HTTP, for probes only. */
  readonly probes?: Authority
  /** For the operator on the host alone. */
  readonly admin?: UnixSocketOptions
  /** Where our own API server's plugin asks in frames: for comparisons, and off as a rule. */
  readonly framed?: FramedSocketOptions
  readonly certificates: CertificateSource
  /** Given when the shim tells its API server itself which policies to ask for. */
  readonly staticManifests?: StaticManifestsOptions
  /** Given when the shims of a cluster tell all API servers by API objects. */
  readonly apiObjects?: ApiObjectsOptions
  /** Given when somebody else can answer while the shim cannot. */
  readonly fallback?: FallbackOptions
  readonly modules: ModuleOptions
  readonly workers: number
  readonly queue: number
  readonly policyTimeoutMs: number
  readonly memoryLimitBytes: number
  readonly graceMs: number
  /** How long a shutdown leaves idle connections open where others answer new ones; 0 unless given. */
  readonly lingerMs?: number
  readonly decisionLog?: DecisionLogSettings
  /** How long it goes on answering open connections once a successor has its socket. */
  readonly handoverGraceMs: number
}

/** The Unix socket, and where a CONNECT on it may go. */
export interface SocketOptions extends UnixSocketOptions {
  /** Ends in the shim. */
  readonly virtualHosts: readonly Authority[]
  /** A descriptor that the service manager has bound already; path and rights are its business then. */
  readonly inheritedFd?: number
  /** Is passed on as raw TCP. */
  readonly allowedTargets: readonly Authority[]
}

/** The static manifests that the shim keeps in step with its policies. */
export interface StaticManifestsOptions extends RegistrationOptions {
  readonly folder: string
}

export interface DecisionLogSettings {
  /** Absent: standard output. */
  readonly path?: string
  /** How many of the decisions that allow are written, 0 to 1. */
  readonly sample: number
}

export interface LogSettings {
  readonly level: LogLevel
  readonly format: LogFormat
}
