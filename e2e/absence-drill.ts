import type { Decisions } from './fallback-drill.ts'

/** A shim that goes and stays away, and a policy server behind a Service that API servers are sent to meanwhile. */
export interface AbsenceDrill {
  /** Lets both of them register the policies together, by API objects; returns when nothing else is registered. */
  begin(): Promise<void>
  /** Ends the shim without a warning; returns when the API server acts on webhooks that lead to the Service. */
  lose(): Promise<void>
  /** Starts it again; returns when they lead to it again. */
  regain(): Promise<void>
  /** Registers as before, without the policy server, however far the drill has come. */
  end(): Promise<void>
  countDecisions(): Promise<Decisions>
}
