import type { ErrorCode } from './error-codes.ts'
import { GatehouseError } from './errors.ts'

/** One thing wrong with a piece of configuration, so that all of them can be reported together. */
export interface Problem {
  readonly file?: string
  /** 1-based. */
  readonly line?: number
  /** Dotted path to the field, such as `pod-privileged.rules[0].operations`. */
  readonly field?: string
  /** What is wrong, with the value found and what would be right. */
  readonly message: string
}

/** `policies.yml:12: pod-privileged.rules[0].operations: is missing`. */
export function formatProblem({ file, line, field, message }: Problem): string {
  const place = file === undefined ? [] : [line === undefined ? file : `${file}:${line}`]
  return [...place, ...(field === undefined ? [] : [field]), message].join(': ')
}

/** Throws one error that lists every problem; does nothing when there is none. */
export function throwProblems(code: ErrorCode, problems: readonly Problem[], hint?: string): void {
  if (problems.length === 0) return
  const lines = problems.map(formatProblem)
  const message = lines.length === 1 ? (lines[0] ?? '') : `${lines.length} problems:\n  ${lines.join('\n  ')}`
  throw new GatehouseError(code, message, hint === undefined ? {} : { hint })
}
