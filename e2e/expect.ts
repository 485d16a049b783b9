import { isDeepStrictEqual } from 'node:util'
import { GatehouseError } from '../util/errors.ts'

/** Something else was met than the scenario expects. */
export function unexpected(message: string): GatehouseError {
  return new GatehouseError('ERR_E2E_UNEXPECTED', message)
}

/** @throws ERR_E2E_UNEXPECTED with both values */
export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw unexpected(`${what}\n  expected ${JSON.stringify(expected)}\n  but got  ${JSON.stringify(actual)}`)
}

/** @throws ERR_E2E_UNEXPECTED with the text */
export function expectMatch(what: string, text: string, pattern: RegExp): void {
  if (!pattern.test(text)) throw unexpected(`${what}\n  expected ${pattern}\n  but got  ${JSON.stringify(text)}`)
}
