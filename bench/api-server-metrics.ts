/** How often something happened, and how long all of it took. */
export interface Tally {
  readonly count: number
  readonly seconds: number
}

/** The API server's histogram of its webhook calls; `name` is the webhook entry's. */
export const WEBHOOK_METRIC = { metric: 'apiserver_admission_webhook_admission_duration_seconds', label: 'name' }

/** The API server's histogram of CEL policy checks; `policy` is the policy's name. */
export const CEL_METRIC = { metric: 'apiserver_validating_admission_policy_check_duration_seconds', label: 'policy' }

export interface Series {
  readonly metric: string
  readonly label: string
}

/** Adds up all series of a histogram with that label value, from the text of `/metrics`. */
export function readTally(metrics: string, { metric, label }: Series, value: string): Tally {
  const sumOf = (suffix: string) =>
    metrics
      .split('\n')
      .filter((line) => line.startsWith(`${metric}_${suffix}{`) && line.includes(`${label}="${value}"`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  return { count: sumOf('count'), seconds: sumOf('sum') }
}

/** What happened between two readings. */
export function tallyBetween(before: Tally, after: Tally): Tally {
  return { count: after.count - before.count, seconds: after.seconds - before.seconds }
}
