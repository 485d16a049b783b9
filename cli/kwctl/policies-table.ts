import { toOneLine } from '../../util/one-line.ts'
import type { StoredPolicy } from '../modules/list-policies.ts'

const HEAD = ['Policy', 'Mutating', 'Context aware', 'SHA-256', 'Size']

/** The store's list as `kwctl` draws it: of an empty store, nothing. */
export function renderPolicies(policies: readonly StoredPolicy[]): string {
  if (policies.length === 0) return ''
  const rows = [HEAD, ...policies.map(toRow)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const line = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`
  const drawn = rows.map((row) => `|${row.map((cell, column) => ` ${cell.padEnd(widths[column] ?? 0)} `).join('|')}|\n`)
  return `${line}${drawn.map((row) => `${row}${line}`).join('')}`
}

function toRow({ reference, mutating, contextAware, digest, sizeBytes }: StoredPolicy): string[] {
  const hex = digest.slice('sha256:'.length)
  return [toOneLine(reference), yesOrNo(mutating), yesOrNo(contextAware), hex.slice(0, 12), toSize(sizeBytes)]
}

const yesOrNo = (value: boolean | undefined) => (value === undefined ? 'unknown' : value ? 'yes' : 'no')

const UNITS = ['B', 'kB', 'MB', 'GB'] as const

// powers of a thousand
function toSize(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(2)} ${UNITS[power]}`
}
