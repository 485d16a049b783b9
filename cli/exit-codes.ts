import type { ErrorCode } from '../util/error-codes.ts'
import { isGatehouseError } from '../util/errors.ts'

/** What the process leaves with; documented in docs/cli.md and relied on by scripts. */
export const EXIT = {
  /** Done. For `run --exit-code`: allowed. */
  OK: 0,
  /** The answer is no: `run --exit-code` denied, a case of `test`, a step of `e2e` or `bench`'s verdict failed, `lint` or `doctor` found problems. */
  NO: 1,
  /** The command line is not understood, or a flag's value cannot be used. */
  USAGE: 2,
  /** It was understood and could not be done. */
  FAILURE: 3,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What is wrong with the command line, whichever part of the program finds it. */
const USAGE_ERRORS: readonly ErrorCode[] = [
  'ERR_BENCH_OPTIONS',
  'ERR_CLI_USAGE',
  'ERR_CLUSTER_NAME',
  'ERR_CLUSTER_OPTIONS',
  'ERR_OPTIONS_INVALID',
  'ERR_PLUGIN_OPTIONS',
]

/** The exit code that an error leads to. */
export function exitCodeOf(error: unknown): ExitCode {
  return isGatehouseError(error) && USAGE_ERRORS.includes(error.code) ? EXIT.USAGE : EXIT.FAILURE
}
