/** How often something happened, and how long all of it took. */
export interface Tally {
  readonly count: number
  readonly seconds: number
}

const METRIC = 'apiserver_admission_webhook_admission_duration_seconds'

/** Adds up the API server's calls of a webhook entry, from the text of `/metrics`. CEL policies that allow are not counted. */
export function readTally(metrics: string, webhook: string): Tally {
  const sumOf = (suffix: string) =>
    metrics
      .split('\n')
      .filter((line) => line.startsWith(`${METRIC}_${suffix}{`) && line.includes(`name="${webhook}"`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  return { count: sumOf('count'), seconds: sumOf('sum') }
}

/** What happened between two readings. */
export function tallyBetween(before: Tally, after: Tally): Tally {
  return { count: after.count - before.count, seconds: after.seconds - before.seconds }
}
