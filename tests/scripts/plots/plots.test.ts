import t from 'tap'
import { reportMemory } from '../../../bench/memory/report.ts'
import { splitAdded } from '../../../bench/profile/report.ts'
import type { BenchReport } from '../../../bench/report.ts'
import { draw } from '../../../scripts/plots/draw.ts'
import { latencyPlot, memoryPlot, profilePlot, scalingPlot } from '../../../scripts/plots/plots.ts'

const machine = { cpus: 2, model: 'Some CPU', architecture: 'x64', node: 'v24' }
const figures = { title: '', apiServer: 'shim', clients: 1, count: 1, mean: 1, p50: 1, p90: 1, p99: 1 }
const row = (name: string, ms: number, policies?: number) => ({
  ...figures,
  row: name,
  requestsPerSecond: 1,
  quantiles: [],
  added: { p50: ms, p90: ms, p99: ms },
  ...(policies !== undefined && { policies }),
})
const report: BenchReport = {
  kubernetesVersion: 'v1.37.2',
  policy: '',
  machine,
  rows: [row('floor', 1), row('combined-1', 2, 1), row('combined-13', 3, 13)],
  ratios: [],
  memory: { idleBytes: 1, loadedBytes: 1 },
  goals: [],
  verdict: 'pass',
  notes: [],
}
const window = { latencies: [2], call: 1 }
const times = {
  wokenMs: 1,
  openedAt: 0,
  readAt: 1,
  askedAt: 2,
  evaluatedFrom: 3,
  evaluatedTo: 4,
  endAt: 5,
  writtenAt: 6,
}
const profile = {
  ...{ kubernetesVersion: 'v1.37.2', policy: 'some', machine },
  ...splitAdded({
    ...{
      withPolicy: [window],
      withoutPolicy: [{ ...window, latencies: [1] }],
      floor: [window],
      withoutFloor: [window],
    },
    shim: [{ ...times, afterMs: 1 }],
  }),
}
const footprint = [{ rss: 80_000_000, pss: 1 }]
const memory = reportMemory(
  machine,
  1,
  [1, 8].map((threads) => ({ threads, node: footprint, idle: footprint, loaded: footprint })),
)

t.test('each plot is an SVG with its paths by name, and follows the colour scheme', async (t) => {
  for (const [spec, names] of [
    [latencyPlot(report), ['floor', 'combined-13', 'p90']],
    [scalingPlot(report), ['floor', 'combined', 'policies']],
    [profilePlot(profile), ['API server', 'shim', 'evaluate']],
    [memoryPlot(memory), ['bare Node', 'shim, idle', 'threads']],
  ] as const) {
    const svg = await draw(spec)
    t.match(svg, /^<svg[^>]*><style>@media \(prefers-color-scheme:dark\)/)
    for (const name of names) t.match(svg, `>${name}<`)
    t.notMatch(svg, 'NaN')
  }
})
