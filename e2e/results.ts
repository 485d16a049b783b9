import type { Mode } from './site.ts'

/** What became of one step. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'skipped'; readonly reason: string }

export interface StepResult {
  readonly title: string
  readonly seconds: number
  readonly outcome: Outcome
}

/** One run of the scenario, in one mode. */
export interface ScenarioResult {
  /** Such as `local, socket mode`. */
  readonly title: string
  readonly mode: Mode
  readonly kubernetesVersion: string
  readonly steps: readonly StepResult[]
  /** Where logs and state were collected, after a failure. */
  readonly collected?: string
  /** How to go on with a cluster that was retained. */
  readonly retained?: readonly string[]
}

/** How many steps came to each end. */
export function countOutcomes(steps: readonly StepResult[]): Readonly<Record<Outcome['kind'], number>> {
  const count = (kind: Outcome['kind']) => steps.filter(({ outcome }) => outcome.kind === kind).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}
