import { isGatehouseError } from '../util/errors.ts'

/** What the process leaves with; documented in docs/cli.md and relied on by scripts. */
export const EXIT = {
  /** Done. For `run --exit-code`: allowed. */
  OK: 0,
  /** The answer is no: `run --exit-code` denied, `bench` failed its verdict, `lint` found problems. */
  NO: 1,
  /** The command line is not understood. */
  USAGE: 2,
  /** It was understood and could not be done. */
  FAILURE: 3,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The exit code that an error leads to. */
export function exitCodeOf(error: unknown): ExitCode {
  return isGatehouseError(error, 'ERR_CLI_USAGE') ? EXIT.USAGE : EXIT.FAILURE
}
