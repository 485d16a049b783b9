import type { Authority } from '../connect/authority.ts'

/** Who answers in the shim's place while it cannot: an HTTPS webhook with the same policies, most often a Service. */
export interface FallbackOptions {
  /** What its certificate is for. */
  readonly host: Authority
  /** Where to dial, when the host's name means nothing on this machine. */
  readonly address?: Authority
  /** PEM of what its certificate is verified with; the shim's own authority unless given. */
  readonly caFile?: string
}
