import type { FileResult } from '../run-tests.ts'

export interface Totals {
  readonly passed: number
  readonly failed: number
}

/** How many cases passed and failed. */
export function countResults(files: readonly FileResult[]): Totals {
  const results = files.flatMap((file) => file.results)
  const failed = results.filter(({ mismatches }) => mismatches.length > 0).length
  return { passed: results.length - failed, failed }
}
