import type { PolicyReport, TrafficReport } from '../../shim/admin/admin-api.ts'
import { renderTable } from '../render/table.ts'

/** What is configured and in force, a policy a line. */
export function renderPolicies(policies: readonly PolicyReport[]): string {
  return renderTable([
    ['POLICY', 'STATE', 'MODE', 'MUTATING', 'MODULE', 'ENTRY', 'REVIEWS', 'NOTE'],
    ...policies.map(({ id, state, mode, mutating, entry, traffic, ...report }) => [
      id,
      state,
      mode,
      mutating ? 'yes' : 'no',
      describeModule(report),
      entry ?? '-',
      String(countReviews(traffic)),
      noteOf(report),
    ]),
  ])
}

/** Verdicts and times, a policy a line. */
export function renderTraffic(policies: readonly PolicyReport[]): string {
  return renderTable([
    ['POLICY', 'STATE', 'ALLOWED', 'DENIED', 'ERRORS', 'UNASKED', 'P50', 'P99', 'MAX', 'LAST ERROR'],
    ...policies.map(({ id, state, traffic }) => [
      id,
      state,
      ...[traffic.allowed, traffic.denied, traffic.errors, traffic.disabled + traffic.exempted].map(String),
      ...timesOf(traffic),
      lastErrorOf(traffic),
    ]),
  ])
}

function noteOf({ disabledUntil, error }: Pick<PolicyReport, 'disabledUntil' | 'error'>): string {
  return [
    ...(disabledUntil === undefined ? [] : [`until ${disabledUntil}`]),
    ...(error === undefined ? [] : [error]),
  ].join('; ')
}

function countReviews({ allowed, denied, errors, disabled, exempted }: TrafficReport): number {
  return allowed + denied + errors + disabled + exempted
}

function describeModule({ moduleDigest, members }: Pick<PolicyReport, 'moduleDigest' | 'members'>): string {
  return members === undefined ? shorten(moduleDigest) : `group of ${members.length}`
}

// as long as people compare by eye; `-o json` has the rest
function shorten(digest = '-'): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}

function timesOf({ latencyMicros }: TrafficReport): string[] {
  if (latencyMicros === undefined) return ['-', '-', '-']
  return [latencyMicros.p50, latencyMicros.p99, latencyMicros.max].map(formatMicros)
}

function formatMicros(micros: number): string {
  if (micros < 1000) return `${micros}µs`
  return micros < 1_000_000 ? `${(micros / 1000).toFixed(2)}ms` : `${(micros / 1_000_000).toFixed(2)}s`
}

function lastErrorOf({ lastError }: TrafficReport): string {
  return lastError === undefined ? '' : `${lastError.at} ${lastError.message}`
}
