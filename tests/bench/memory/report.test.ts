import t from 'tap'
import { formatMemoryReport, reportMemory, slope } from '../../../bench/memory/report.ts'

const MB = 1_000_000
const machine = { cpus: 2, model: 'Some CPU', architecture: 'x64', node: 'v24' }

function rowOf(threads: number, node: number, loaded: number) {
  const all = (megabytes: number) => [-1, 0, 1].map((by) => ({ rss: (megabytes + by) * MB, pss: megabytes * MB }))
  return { threads, node: all(node), idle: all(loaded - 5), loaded: all(loaded) }
}

t.test('a line through points has their slope', async (t) => {
  t.equal(
    slope([
      [1, 10],
      [3, 14],
    ]),
    2,
  )
  t.equal(slope([[1, 10]]), 0)
})

t.test('a further thread may add 10 MB, and a shim one and a half times bare Node beside its modules', async (t) => {
  const verdictOf = (few: number, many: number) =>
    reportMemory(machine, 25 * MB, [rowOf(1, 60, few), rowOf(5, 80, many)]).goals.map(({ verdict }) => verdict)
  t.strictSame(verdictOf(100, 140), ['pass', 'pass', 'pass'])
  t.strictSame(verdictOf(100, 141), ['fail', 'pass', 'pass'])
  t.strictSame(verdictOf(115, 145), ['pass', 'pass', 'pass'])
  t.strictSame(verdictOf(116, 146), ['pass', 'fail', 'fail'])
})

t.test('the text has medians, spreads and the verdict', async (t) => {
  const report = reportMemory(machine, 25 * MB, [rowOf(1, 60, 100), rowOf(5, 80, 140)])
  const text = formatMemoryReport(report, 'markdown')
  t.match(text, '| 5 | 80.0 | 2.0 | 135.0 | 2.0 | 140.0 | 2.0 | 140.0 | 1.75 |')
  t.match(text, 'Verdict: pass.')
  t.match(text, '- pass: a further thread adds 10.0 MB (up to 10.0 MB)')
  t.strictSame(JSON.parse(formatMemoryReport(report, 'json')), JSON.parse(JSON.stringify(report)))
})
