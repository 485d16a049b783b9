import t from 'tap'
import { type Goal, onePolicyGoals } from '../../bench/goals.ts'
import type { ReportRatio, ReportRow } from '../../bench/report.ts'
import { judge, worstOf } from '../../bench/verdict.ts'

interface Figures {
  readonly shim: number | null
  readonly p99?: number
  readonly again?: number
  /** Requests per second of the shim; the floor answers 1000. */
  readonly rate?: number
}

function findings(byClients: Readonly<Record<number, Figures>>) {
  const entries = Object.entries(byClients).map(([clients, figures]) => [Number(clients), figures] as const)
  const rowsOf = ([clients, { rate = 1000 }]: (typeof entries)[number]) => [
    rowOf('floor', clients, 1000),
    rowOf('shim', clients, rate),
  ]
  const ratiosOf = ([clients, { shim, p99 = 1, again = 1 }]: (typeof entries)[number]): ReportRatio[] => [
    { row: 'shim', clients, p50: shim, p90: shim, p99 },
    { row: 'floor-again', clients, p50: again, p90: again, p99: again },
  ]
  return { rows: entries.flatMap(rowsOf), ratios: entries.flatMap(ratiosOf), growth: [] as ReportRatio[] }
}

function rowOf(row: string, clients: number, requestsPerSecond: number): ReportRow {
  const figures = { count: 1, mean: 1, p50: 1, p90: 1, p99: 1, quantiles: [] }
  return { row, title: '', apiServer: 'shim', floor: 'floor', clients, requestsPerSecond, ...figures }
}

const GOALS = onePolicyGoals('shim')
const verdictOf = (figures: Figures) => judge(GOALS, findings({ 1: figures })).verdict

t.test('at the median, 1.25 times the floor passes, 1.5 times is acceptable, more fails', async (t) => {
  t.equal(verdictOf({ shim: 0.9 }), 'pass')
  t.equal(verdictOf({ shim: 1.25 }), 'pass')
  t.equal(verdictOf({ shim: 1.26 }), 'acceptable')
  t.equal(verdictOf({ shim: 1.5 }), 'acceptable')
  t.equal(verdictOf({ shim: 1.51 }), 'fail')
})

t.test('the tail may be 1.5 times that of the floor', async (t) => {
  t.equal(verdictOf({ shim: 1, p99: 1.5 }), 'pass')
  t.equal(verdictOf({ shim: 1, p99: 1.51 }), 'fail')
})

t.test('latency is judged with the fewest clients, since more of them measure the machine', async (t) => {
  const { verdict, goals } = judge(GOALS, findings({ 32: { shim: 9 }, 1: { shim: 1.2 } }))
  t.equal(verdict, 'pass')
  t.match(goals[0], {
    goal: 'shim adds 1.20 times what the floor adds, p50 with 1 client (up to 1.25, acceptable up to 1.5)',
    measured: 1.2,
  })
})

t.test("many clients are to get four fifths of the floor's requests per second", async (t) => {
  const judged = (rate: number) => judge(GOALS, findings({ 1: { shim: 1, rate: 1 }, 32: { shim: 1, rate } }))
  t.equal(judged(800).verdict, 'pass')
  t.equal(judged(799).verdict, 'fail')
  t.match(judged(900).goals[2]?.goal, 'shim answers 0.90 times as many requests as the floor, with 32 clients')
  t.equal(judge(GOALS, findings({ 1: { shim: 1, rate: 1 } })).goals.length, 2, 'one client keeps nothing busy')
})

t.test('a run whose A/A row is off says so', async (t) => {
  const notesOf = (again: number) => judge(GOALS, findings({ 1: { shim: 1, again } })).notes
  t.strictSame(notesOf(1.1), [])
  t.match(notesOf(0.7)[0], /^floor-again, the same floor measured twice with 1 client, differs by 30 %/)
  t.match(notesOf(1.3)[0], 'differs by 30 %')
})

t.test('figures that are no numbers are told in words', async (t) => {
  const { goals, notes } = judge(GOALS, {
    ...findings({ 1: { shim: null }, 32: { shim: null, rate: Number.NaN } }),
    ratios: ['shim', 'floor-again'].map((row) => ({ row, clients: 1, p50: null, p90: null, p99: -2 })),
  })
  t.strictSame(
    goals.map(({ goal, measured, verdict }) => [goal, measured, verdict]),
    [
      [
        'shim adds an unknown number of times what the floor adds, p50 with 1 client (up to 1.25, acceptable up to 1.5)',
        null,
        'fail',
      ],
      ['shim adds -2.00 times what the floor adds, p99 with 1 client (up to 1.5)', -2, 'pass'],
      [
        'shim answers an unknown number of times as many requests as the floor, with 32 clients (at least 0.8)',
        null,
        'fail',
      ],
    ],
  )
  t.match(notes, [/^floor-again, .* differs beyond measure: it added nothing: repeat/])
})

t.test('what could not be measured fails', async (t) => {
  t.equal(verdictOf({ shim: null }), 'fail')
  t.equal(worstOf([]), 'fail')
})

t.test('many policies are judged by what one adds', async (t) => {
  const goals: Goal[] = [{ row: 'shim', comparedWith: 'one policy', percentile: 'p50', pass: 2 }]
  const growthOf = (p50: number | null) => [{ row: 'shim', clients: 1, p50, p90: p50, p99: p50 }]
  const judged = (p50: number | null) => judge(goals, { ...findings({ 1: { shim: 9 } }), growth: growthOf(p50) })
  t.equal(judged(2).verdict, 'pass')
  t.match(judged(2.01), { verdict: 'fail', goals: [{ goal: /^shim adds 2.01 times what one policy adds/ }] })
  t.equal(judged(null).verdict, 'fail')
})
