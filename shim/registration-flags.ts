import { resolve } from 'node:path'
import { isAtLeast } from '../plugin/kubernetes-version.ts'
import { REGISTRATIONS } from '../plugin/registration-mode.ts'
import { messageOf } from '../util/errors.ts'
import { type Authority, formatAuthority } from './connect/authority.ts'
import { FLAG_DEFAULTS } from './flag-defaults.ts'
import type { FlagReader } from './flag-reader.ts'
import type { StaticManifestsOptions } from './shim-options.ts'

/** The flags that say how API servers learn of the policies. */
export interface RegistrationFlags {
  readonly staticManifests?: string
  readonly registration?: string
  readonly defaultExclusions?: boolean
  readonly kubernetesVersion?: string
  readonly certFile?: string
  readonly caFile?: string
}

export function readStaticManifests(
  reader: FlagReader,
  flags: RegistrationFlags,
  hosts: readonly Authority[],
): { readonly staticManifests?: StaticManifestsOptions } {
  const { staticManifests: folder, registration, defaultExclusions = true, kubernetesVersion } = flags
  if (folder === undefined) {
    refuseIdle(reader, flags)
    return {}
  }
  if (flags.certFile !== undefined && flags.caFile === undefined)
    reader.refuse('static-manifests', 'needs --ca-file: the API server has to know what to verify --cert-file with')
  return {
    staticManifests: {
      folder: resolve(folder),
      registration: reader.choice('registration', registration, REGISTRATIONS, 'combined'),
      host: toUrlHost(hosts[0] ?? { host: FLAG_DEFAULTS.host, port: 443 }),
      exclusions: defaultExclusions ? 'default' : 'none',
      ...(kubernetesVersion !== undefined && { kubernetesVersion: readVersion(reader, kubernetesVersion) }),
    },
  }
}

function refuseIdle(reader: FlagReader, flags: RegistrationFlags): void {
  const given = {
    registration: flags.registration !== undefined,
    'kubernetes-version': flags.kubernetesVersion !== undefined,
    'ca-file': flags.caFile !== undefined,
    'no-default-exclusions': flags.defaultExclusions === false,
  }
  for (const [flag, isGiven] of Object.entries(given))
    if (isGiven) reader.refuse(flag, 'does nothing without --static-manifests')
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
