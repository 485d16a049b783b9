import { formatBytes } from '../util/bytes.ts'
import { formatVerdict } from './format-verdict.ts'
import { layOut, type Output } from './lay-out.ts'
import { LIMIT_NOTE } from './limit-note.ts'
import { nameMachine } from './machine.ts'
import type { BenchReport, ReportRatio, ReportRow } from './report.ts'

/** The report as text that ends with a newline. */
export function formatReport(report: BenchReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  return `${[...layOut(tableOf(report), output, [1]), '', ...summaryOf(report)].join('\n')}\n`
}

const TIMES = ['p50', 'p90', 'p99', '+p50', '+p90', '+p99']

function tableOf(report: BenchReport): string[][] {
  const growth = report.growth === undefined ? [] : ['× 1 policy']
  const header = ['clients', 'path', ...TIMES, '× floor', ...growth, 'in API server', 'requests/s']
  return [header, ...report.rows.map((row) => cellsOf(row, report))]
}

function cellsOf(row: ReportRow, { ratios, growth }: BenchReport): string[] {
  const { added } = row
  return [
    String(row.clients),
    row.title,
    ...[row.p50, row.p90, row.p99].map(formatMs),
    ...[added?.p50, added?.p90, added?.p99].map((value) => (value === undefined ? '' : formatAdded(value))),
    row.row === row.floor ? '1' : formatRatio(row, ratios),
    ...(growth === undefined ? [] : [formatRatio(row, growth)]),
    row.apiServerMean === undefined ? '' : formatMs(row.apiServerMean),
    row.requestsPerSecond.toFixed(0),
  ]
}

function formatRatio({ row, clients }: ReportRow, ratios: readonly ReportRatio[]): string {
  const ratio = ratios.find((candidate) => candidate.row === row && candidate.clients === clients)
  return ratio?.p50?.toFixed(2) ?? ''
}

function summaryOf({ kubernetesVersion, policy, growth, machine, memory, ...judged }: BenchReport): string[] {
  const ratios = growth === undefined ? '× floor compares' : '× floor and × 1 policy (of the same path) compare'
  return [
    `Milliseconds; + is over the no-webhook row of the same API server; ${ratios} the +p50.`,
    LIMIT_NOTE,
    `Kubernetes ${kubernetesVersion}, ${growth === undefined ? 'policy' : 'policies'} ${policy}, ${nameMachine(machine)}.`,
    `Shim memory: ${formatBytes(memory.idleBytes)} idle, ${formatBytes(memory.loadedBytes)} after the load.`,
    ...formatVerdict(judged),
  ]
}

function formatMs(milliseconds: number): string {
  return milliseconds.toFixed(3)
}

function formatAdded(milliseconds: number): string {
  return `${milliseconds < 0 ? '' : '+'}${formatMs(milliseconds)}`
}
