import { resolve } from 'node:path'
import type { SelectorsBy } from '../../plugin/registration/registration-plan.ts'
import { FLAG_DEFAULTS } from '../flag-defaults.ts'
import type { FlagReader } from '../flag-reader.ts'
import { IN_CLUSTER } from './connect-api-server.ts'

export interface ApiServerFlags {
  readonly kubeconfig?: string
  readonly selectors?: string
  readonly register?: string
  readonly staticManifests?: string
  readonly events?: boolean
}

/** What the shim has to do with the API server beside answering it. */
export interface ApiServerOptions {
  /** Who the shim is to the API server. */
  readonly kubeconfig?: string
  /** Who decides the namespaceSelectors of policies that share webhook entries. */
  readonly selectors: SelectorsBy
  /** Whether denials are told as Events. */
  readonly events: boolean
}

export function readApiServerFlags(reader: FlagReader, flags: ApiServerFlags): ApiServerOptions {
  const { kubeconfig, register, staticManifests, events = false } = flags
  const selectors = reader.choice('selectors', flags.selectors, ['api-server', 'shim'], FLAG_DEFAULTS.selectors)
  if (selectors === 'shim' && register !== 'api' && staticManifests === undefined)
    reader.refuse(
      'selectors',
      'is "shim", which needs --register api or --static-manifests: nobody else registers it so',
    )
  if (kubeconfig === undefined) {
    if (selectors === 'shim') reader.refuse('selectors', 'is "shim", which needs --kubeconfig to learn of namespaces')
    if (register === 'api') reader.refuse('register', 'is "api", which needs --kubeconfig to write API objects')
    if (events) reader.refuse('events', 'needs --kubeconfig to write them')
  }
  return {
    selectors,
    events,
    ...(kubeconfig !== undefined && { kubeconfig: kubeconfig === IN_CLUSTER ? IN_CLUSTER : resolve(kubeconfig) }),
  }
}
