import t from 'tap'
import { type Run, reportGrowth, reportRatios, reportRows } from '../../bench/report.ts'
import { ON_SHIM, ROWS, type Row } from '../../bench/rows.ts'

// every row's samples are one value, so that all its percentiles are that value
function runOf(clients: number, values: Readonly<Record<string, number>>): Run {
  const samples = Object.fromEntries(ROWS.map(({ name }) => [name, [values[name] ?? 1]]))
  const busyMs = Object.fromEntries(ROWS.map(({ name }) => [name, values[name] ?? 1]))
  return { clients, measured: { samples, busyMs }, apiServerMeans: { shim: 0.8 } }
}

const run = runOf(1, {
  'baseline-shim': 2,
  'baseline-floor': 1,
  'baseline-none': 1.5,
  cel: 1.75,
  floor: 1.5,
  'floor-again': 1.625,
  shim: 3,
  loopback: 2.25,
})

t.test('every row is reported, in one order', async (t) => {
  t.strictSame(
    reportRows(ROWS, run).map(({ row }) => row),
    ROWS.map(({ name }) => name),
  )
})

t.test('latency is added to the baseline of the same API server, never to that of another', async (t) => {
  const added = Object.fromEntries(reportRows(ROWS, run).map(({ row, added }) => [row, added?.p50]))
  t.strictSame(added, {
    'baseline-shim': undefined,
    'baseline-floor': undefined,
    'baseline-none': undefined,
    cel: 0.25,
    floor: 0.5,
    'floor-again': 0.625,
    shim: 1,
    loopback: 0.75,
  })
})

t.test("the API server's own mean stands beside the row that it belongs to", async (t) => {
  const rows = reportRows(ROWS, run)
  t.equal(rows.find(({ row }) => row === 'shim')?.apiServerMean, 0.8)
  t.notOk('apiServerMean' in (rows.find(({ row }) => row === 'cel') ?? {}))
})

t.test('ratios compare with the floor of the same number of clients', async (t) => {
  const busy = runOf(32, { ...Object.fromEntries(ROWS.map(({ name }) => [name, 10])), floor: 14, shim: 22 })
  const ratios = reportRatios([...reportRows(ROWS, run), ...reportRows(ROWS, busy)])
  const find = (row: string, clients: number) => ratios.find((ratio) => ratio.row === row && ratio.clients === clients)
  t.strictSame(find('shim', 1), { row: 'shim', clients: 1, p50: 2, p90: 2, p99: 2 })
  t.strictSame(find('shim', 32), { row: 'shim', clients: 32, p50: 3, p90: 3, p99: 3 })
  t.equal(find('floor-again', 1)?.p50, 1.25)
  t.equal(find('cel', 1)?.p50, 0.5)
  t.equal(find('floor', 1), undefined, 'the floor is what the others are compared with')
  t.equal(ratios.length, 8)
})

t.test('a row answers so many requests per second while it is its turn', async (t) => {
  t.equal(reportRows(ROWS, run).find(({ row }) => row === 'shim')?.requestsPerSecond, 1000 / 3)
})

t.test('where the floor added nothing there is no ratio, and JSON says null', async (t) => {
  const ratios = reportRatios(reportRows(ROWS, runOf(1, { shim: 2 })))
  t.match(JSON.stringify(ratios.find(({ row }) => row === 'shim')), '"p50":null')
})

t.test(
  'a path with many policies is compared with the same path with one, of the same number of clients',
  async (t) => {
    const plan: Row[] = [
      { name: 'baseline-shim', title: '', apiServer: 'shim' },
      { name: 'few', title: '', ...ON_SHIM, policies: 1, one: 'few' },
      { name: 'many', title: '', ...ON_SHIM, policies: 9, one: 'few' },
    ]
    const runs = [1, 4].map((clients) => ({
      clients,
      measured: { samples: { 'baseline-shim': [clients], few: [2 * clients], many: [5 * clients] }, busyMs: {} },
      apiServerMeans: {},
    }))
    const rows = runs.flatMap((run) => reportRows(plan, run))
    t.strictSame(
      rows.map(({ policies }) => policies),
      [undefined, 1, 9, undefined, 1, 9],
    )
    t.strictSame(reportGrowth(rows, plan), [
      { row: 'many', clients: 1, p50: 4, p90: 4, p99: 4 },
      { row: 'many', clients: 4, p50: 4, p90: 4, p99: 4 },
    ])
  },
)

t.test('rows that do not differ in policies grow by nothing', async (t) => {
  t.strictSame(reportGrowth(reportRows(ROWS, run), ROWS), [])
})
