import { resolveModule } from './module-source.ts'
import type { GuestSpec } from './policy-spec.ts'

/** What a file says of a module and how to ask it, checked. */
export type GuestFields = Pick<GuestSpec, 'module' | 'timeoutEvalSeconds'> &
  Partial<Pick<GuestSpec, 'settings' | 'hostCapabilities' | 'contextAwareResources'>>

/** What goes without saying in a file. */
export interface GuestDefaults {
  /** Relative modules start at its folder. */
  readonly file: string
  readonly hostCapabilities: readonly string[]
}

export function toGuestSpec(id: string, fields: GuestFields, defaults: GuestDefaults): GuestSpec {
  const { module, settings = {}, timeoutEvalSeconds, contextAwareResources = [] } = fields
  return {
    id,
    module: resolveModule(module, defaults.file),
    settings,
    hostCapabilities: fields.hostCapabilities ?? defaults.hostCapabilities,
    contextAwareResources,
    ...(timeoutEvalSeconds === undefined ? {} : { timeoutEvalSeconds }),
  }
}
