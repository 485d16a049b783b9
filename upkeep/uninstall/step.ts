/** One thing that is taken away, or left, and why. */
export interface Step {
  readonly what: string
  readonly action: 'remove' | 'clean' | 'leave'
  readonly why: string
  /** Does it; absent for what is left. */
  readonly perform?: () => Promise<void>
}
