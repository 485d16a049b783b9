import type { Finding } from '../../upkeep/doctor/finding.ts'
import { renderTable } from '../render/table.ts'

/** A line for each finding, the way out below it. */
export function renderFindings(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ check, level, message, wayOut }) => [
    [check, level, message],
    ...(wayOut === undefined ? [] : [['', '', `  ${wayOut}`]]),
  ])
  return renderTable([['CHECK', 'RESULT', 'WHAT'], ...rows])
}
