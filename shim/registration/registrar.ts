import type { RegisteredSet } from './registered-set.ts'

/** What API servers are to be told: to ask this set, and how to know who answers. */
export interface Registrable {
  readonly set: RegisteredSet
  /** PEM. */
  readonly caBundle: string
}

/** One way of telling API servers which policies to ask for. */
export interface Registrar {
  /** Makes it known; the same again changes nothing. @throws when it could not, and another attempt may help */
  register(registrable: Registrable, signal: AbortSignal): Promise<void>
}
