import { resolve } from 'node:path'
import { isAtLeast } from '../plugin/kubernetes-version.ts'
import { REGISTRATIONS } from '../plugin/registration-mode.ts'
import { messageOf } from '../util/errors.ts'
import { type Authority, formatAuthority } from './connect/authority.ts'
import { FLAG_DEFAULTS } from './flag-defaults.ts'
import type { FlagReader } from './flag-reader.ts'
import type { ApiObjectsOptions, RegistrationOptions } from './registration-options.ts'
import type { StaticManifestsOptions } from './shim-options.ts'

/** The flags that say how API servers learn of the policies. */
export interface RegistrationFlags {
  readonly staticManifests?: string
  readonly register?: string
  readonly registration?: string
  readonly defaultExclusions?: boolean
  readonly kubernetesVersion?: string
  readonly fallbackService?: string
  readonly shimHost?: string
  readonly port?: string
  readonly socket?: string
  readonly certFile?: string
  readonly caFile?: string
}

/** Given for the one of the two ways in which the shim registers its policies itself, if it does. */
export interface RegistrationTargets {
  readonly staticManifests?: StaticManifestsOptions
  readonly apiObjects?: ApiObjectsOptions
}

export function readRegistration(
  reader: FlagReader,
  flags: RegistrationFlags,
  hosts: readonly Authority[],
): RegistrationTargets {
  const { staticManifests: folder } = flags
  const register = reader.choice('register', flags.register, ['none', 'api'], FLAG_DEFAULTS.register)
  if (folder === undefined && register === 'none') {
    refuseIdle(reader, flags)
    return {}
  }
  if (folder !== undefined && register === 'api')
    reader.refuse('register', 'is "api" beside --static-manifests: every policy would be asked twice; leave one out')
  const target = folder === undefined ? 'register' : 'static-manifests'
  if (flags.certFile !== undefined && flags.caFile === undefined)
    reader.refuse(target, 'needs --ca-file: API servers have to know what to verify --cert-file with')
  const options = readOptions(reader, flags, hosts)
  const service = readService(reader, flags)
  return folder === undefined
    ? { apiObjects: { ...options, ...service } }
    : { staticManifests: { ...options, folder: resolve(folder) } }
}

const SERVICE = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?)\/([a-z0-9]([a-z0-9-]*[a-z0-9])?)(?::(\d{1,5}))?$/

/** `namespace/name[:port]`. A process without a socket is one of those behind it. */
function readService(
  reader: FlagReader,
  { fallbackService: text, shimHost, staticManifests, port, socket }: RegistrationFlags,
): Partial<Pick<ApiObjectsOptions, 'service' | 'role' | 'host'>> {
  const isBehind = port !== undefined && socket === undefined
  if (shimHost !== undefined && (text === undefined || !isBehind))
    reader.refuse(
      'shim-host',
      'is for policy servers: a process with --fallback-service, with --port and without --socket',
    )
  if (text === undefined) return {}
  if (staticManifests !== undefined)
    reader.refuse('fallback-service', 'goes with --register api: static manifests know no Services')
  const [, namespace, , name, , servicePort] = SERVICE.exec(text) ?? []
  if (namespace === undefined || name === undefined) {
    reader.refuse('fallback-service', `is ${JSON.stringify(text)}; must be namespace/name or namespace/name:port`)
    return {}
  }
  if (namespace === 'default')
    reader.refuse(
      'fallback-service',
      `is ${JSON.stringify(text)}, and the namespace of the policy servers is not policed; give them one of their own`,
    )
  return {
    service: { namespace, name, ...(servicePort !== undefined && { port: Number(servicePort) }) },
    // their own --host is the Service's
    ...(isBehind && { role: 'policy-server', host: readShimHost(reader, shimHost) }),
  }
}

function readShimHost(reader: FlagReader, text: string = FLAG_DEFAULTS.host): string {
  const [host = { host: FLAG_DEFAULTS.host, port: 443 }] = reader.authorities('shim-host', [text], 443)
  return toUrlHost(host)
}

function readOptions(
  reader: FlagReader,
  { registration, defaultExclusions = true, kubernetesVersion }: RegistrationFlags,
  hosts: readonly Authority[],
): RegistrationOptions {
  return {
    registration: reader.choice('registration', registration, REGISTRATIONS, 'combined'),
    host: toUrlHost(hosts[0] ?? { host: FLAG_DEFAULTS.host, port: 443 }),
    exclusions: defaultExclusions ? 'default' : 'none',
    ...(kubernetesVersion !== undefined && { kubernetesVersion: readVersion(reader, kubernetesVersion) }),
  }
}

function refuseIdle(reader: FlagReader, flags: RegistrationFlags): void {
  const given = {
    registration: flags.registration !== undefined,
    'kubernetes-version': flags.kubernetesVersion !== undefined,
    'fallback-service': flags.fallbackService !== undefined,
    'shim-host': flags.shimHost !== undefined,
    'ca-file': flags.caFile !== undefined,
    'no-default-exclusions': flags.defaultExclusions === false,
  }
  for (const [flag, isGiven] of Object.entries(given))
    if (isGiven) reader.refuse(flag, 'does nothing without --static-manifests or --register api')
}

function readVersion(reader: FlagReader, version: string): string {
  try {
    isAtLeast(version, 0)
  } catch (error) {
    reader.refuse('kubernetes-version', `cannot be used: ${messageOf(error)}`)
  }
  return version
}

// in a URL 443 goes without saying
function toUrlHost(authority: Authority): string {
  const text = formatAuthority(authority)
  return authority.port === 443 ? text.slice(0, -':443'.length) : text
}
