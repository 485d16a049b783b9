import t from 'tap'
import { formatReport } from '../../bench/format.ts'
import { LIMIT_NOTE } from '../../bench/limit-note.ts'
import { type BenchReport, reportRatios, reportRows } from '../../bench/report.ts'
import { ROWS } from '../../bench/rows.ts'

const samples = Object.fromEntries(ROWS.map(({ name }, index) => [name, [index + 1]]))
const busyMs = Object.fromEntries(ROWS.map(({ name }) => [name, 2]))
const rows = reportRows(ROWS, { clients: 1, measured: { samples, busyMs }, apiServerMeans: { shim: 0.8123 } })
const report: BenchReport = {
  kubernetesVersion: 'v1.37.2',
  policy: 'pod-privileged',
  machine: { cpus: 2, model: 'Some CPU', architecture: 'x64', node: 'v24.21.0' },
  rows,
  ratios: reportRatios(rows),
  memory: { idleBytes: 90 * 1024 ** 2, loadedBytes: 120 * 1024 ** 2 },
  verdict: 'pass',
  goals: [{ goal: 'shim adds 1.10 times what the floor adds', measured: 1.1, verdict: 'pass' }],
  notes: ['doubtful'],
}

t.test('JSON is the whole report', async (t) => {
  t.strictSame(JSON.parse(formatReport(report, 'json')), JSON.parse(JSON.stringify(report)))
})

t.test('a table has one line per row, its numbers under each other', async (t) => {
  const lines = formatReport(report, 'table').split('\n')
  t.match(lines[0], /^clients {2}path .* p50 .* × floor {2}in API server {2}requests\/s$/)
  const columns = lines.slice(1, 1 + ROWS.length).map((line) => line.indexOf('.000'))
  t.equal(new Set(columns).size, 1, 'the points of the first number stand in one column')
  t.match(lines[7], /the same|shim over the socket/)
})

t.test('where rows differ in how many policies they ask, a column compares with one', async (t) => {
  const growth = [{ row: 'shim', clients: 1, p50: 2.5, p90: 2, p99: null }]
  const lines = formatReport({ ...report, growth }, 'markdown').split('\n')
  t.match(lines[0], '| × floor | × 1 policy | in API server |')
  t.match(
    lines.find((line) => line.includes('| shim over')),
    '| 2.50 | 0.812 | 500 |',
  )
  for (const line of lines.slice(0, 2 + ROWS.length)) t.equal(line.split(' | ').length, 12)
})

t.test('Markdown is a table that GitHub renders', async (t) => {
  const lines = formatReport(report, 'markdown').split('\n')
  t.match(lines[1], /^\| ---: \| --- \| ---: /)
  for (const line of lines.slice(0, 2 + ROWS.length)) t.equal(line.split(' | ').length, 11)
})

t.test('figures never stand without what no call out of the process can reach', async (t) => {
  for (const output of ['table', 'markdown'] as const) {
    const text = formatReport(report, output)
    t.match(text, LIMIT_NOTE)
    t.match(text, /Verdict: pass\.\n\n- pass: shim adds 1.10 times what the floor adds\n- note: doubtful\n/)
    t.match(text, '90 MiB idle, 120 MiB after the load')
  }
})
