import { GatehouseError } from '../util/errors.ts'
import { readTally, type Tally, tallyBetween } from './api-server-metrics.ts'
import type { Counter } from './experiment.ts'
import type { Samples } from './load.ts'
import type { StartedRig } from './rig.ts'
import { API_SERVERS } from './rows.ts'

/** What the API servers have counted since. */
export interface CallCount {
  /**
   * The mean of a row's webhook calls by the API server's own clock, in milliseconds. Also the proof that every request
   * took its path, and called each of its webhooks once.
   * @throws ERR_CLUSTER_API when an API server made other calls than were measured
   */
  meansOf(samples: Samples<string>): Promise<Readonly<Record<string, number>>>
}

/** Starts counting the webhook calls of every API server. */
export async function countCalls(rig: StartedRig): Promise<CallCount> {
  const before = await readTallies(rig)
  return {
    async meansOf(samples) {
      const after = await readTallies(rig)
      const totals = new Map<string, Tally>()
      for (const [counter, tally] of after) {
        const calls = tallyBetween(before.get(counter) ?? NOTHING, tally)
        checkCount(counter, calls, samples)
        for (const row of counter.rows) totals.set(row, add(totals.get(row) ?? NOTHING, calls))
      }
      return Object.fromEntries([...totals].map(([row, { count, seconds }]) => [row, (seconds / count) * 1000]))
    },
  }
}

const NOTHING: Tally = { count: 0, seconds: 0 }

function add(a: Tally, b: Tally): Tally {
  return { count: a.count + b.count, seconds: a.seconds + b.seconds }
}

async function readTallies({ clientOf, experiment }: StartedRig): Promise<Map<Counter, Tally>> {
  const texts = await Promise.all(
    API_SERVERS.map(async (role) => {
      const { status, text } = await clientOf(role).send('GET', '/metrics')
      if (status !== 200) throw new GatehouseError('ERR_CLUSTER_API', `GET /metrics: ${status} ${text.slice(0, 200)}`)
      return [role, text] as const
    }),
  )
  const metrics = new Map<string, string>(texts)
  return new Map(
    experiment.counters.map((counter) => [counter, readTally(metrics.get(counter.apiServer) ?? '', counter.webhook)]),
  )
}

function checkCount({ rows, webhook }: Counter, { count }: Tally, samples: Samples<string>): void {
  const measured = rows.reduce((sum, row) => sum + (samples[row]?.length ?? 0), 0)
  if (count === measured) return
  const message = `${measured} requests of ${rows.join(' and ')} were measured, and the API server asked ${webhook} ${count} times`
  throw new GatehouseError('ERR_CLUSTER_API', message, {
    hint: 'Is something else using the cluster of the benchmark?',
  })
}
