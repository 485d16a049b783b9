import t from 'tap'
import { formatProfile } from '../../../bench/profile/format.ts'
import { splitAdded } from '../../../bench/profile/report.ts'
import type { ShimTimes } from '../../../bench/profile/shim-times.ts'

const TIMES: ShimTimes = {
  wokenMs: 0.125,
  openedAt: 1,
  readAt: 1.125,
  askedAt: 1.25,
  evaluatedFrom: 1.25,
  evaluatedTo: 1.5,
  endAt: 1.625,
  writtenAt: 2,
  afterMs: 0.5,
}

const SPLIT = splitAdded({
  withPolicy: [{ latencies: [4, 4], call: 1.625 }],
  withoutPolicy: [{ latencies: [2, 2], call: 0 }],
  floor: [{ latencies: [3], call: 0.5 }],
  withoutFloor: [{ latencies: [2.5], call: 0 }],
  shim: [TIMES, TIMES],
})

t.test('the parts of what a policy adds follow each other, and add up to all of it', async (t) => {
  t.strictSame(
    SPLIT.parts.map(({ part, p50 }) => [part, p50]),
    [
      ['around', 0.375],
      ['call', 0.5],
      ['receive', 0.125],
      ['body', 0.125],
      ['review', 0.125],
      ['queue', 0],
      ['evaluate', 0.25],
      ['serialise', 0.125],
      ['write', 0.375],
    ],
  )
  t.equal(
    SPLIT.parts.reduce((sum, { share }) => sum + (share ?? 0), 0),
    1,
  )
  t.equal(SPLIT.addedP50, 2)
  t.strictSame(SPLIT.floor, { addedP50: 0.5, call: 0.5 })
})

t.test('what is done after the answer is shown apart', async (t) => {
  const machine = { cpus: 2, model: 'some', architecture: 'x64', node: 'v24.0.0' }
  const report = { kubernetesVersion: 'v1.37.2', policy: 'pod-privileged', machine, ...SPLIT }
  const lines = formatProfile(report, 'markdown').split('\n')
  t.equal(lines[0], '| where | what | p50 | p99 | share |')
  t.ok(lines.includes('| shim | evaluated | 0.250 | 0.250 | 13 % |'))
  t.ok(lines.includes('|  | added by the policy | 2.000 |  | 100 % |'))
  t.ok(lines.includes('| shim | after the answer: cleaning, counters | 0.500 | 0.500 |  |'))
  t.ok(lines.includes("The API server's half is 0.875, the shim's 1.125 (56 %)."))
  t.strictSame(JSON.parse(formatProfile(report, 'json')), JSON.parse(JSON.stringify(report)))
})

t.test('of a policy that adds nothing, no part is a share', async (t) => {
  const quick = [{ latencies: [1], call: 0.5 }]
  const slow = [{ latencies: [2], call: 0 }]
  const { parts } = splitAdded({
    withPolicy: quick,
    withoutPolicy: slow,
    floor: quick,
    withoutFloor: slow,
    shim: [TIMES],
  })
  t.ok(parts.every(({ share }) => share === null))
})
