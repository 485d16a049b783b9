/** How many requests each has decided since it was started. */
export interface Decisions {
  readonly shim: number
  readonly fallback: number
}

/** A shim that loses its policies, and what answers in its place. */
export interface FallbackDrill {
  /** Ends the shim without a warning, and starts it with a fallback, and without policies that it could load. */
  begin(): Promise<void>
  /** Gives it its policies back; returns when it serves them. */
  mend(): Promise<void>
  /** Replaces it by one without a fallback, which is ended, however far the drill has come. */
  end(): Promise<void>
  countDecisions(): Promise<Decisions>
}
