import { GatehouseError } from '../util/errors.ts'
import { readTally, type Tally, tallyBetween } from './api-server-metrics.ts'
import type { Samples } from './load.ts'
import type { StartedRig } from './rig.ts'
import type { ApiServerRole, RowName } from './rows.ts'

/** What the API servers have counted since. */
export interface CallCount {
  /**
   * The mean of each webhook by the API server's own clock, in milliseconds. Also the proof that every request took its path.
   * @throws ERR_CLUSTER_API when an API server made other calls than were measured
   */
  meansOf(samples: Samples<RowName>): Promise<Partial<Record<RowName, number>>>
}

/** Rows that one counter of one API server counts together. */
interface Counter {
  readonly rows: readonly RowName[]
  readonly apiServer: ApiServerRole
  readonly webhook: string
}

/** Starts counting the webhook calls of every API server. */
export async function countCalls(rig: StartedRig): Promise<CallCount> {
  const counters = countersOf(rig)
  const before = await readTallies(rig, counters)
  return {
    async meansOf(samples) {
      const after = await readTallies(rig, counters)
      const means = counters.map((counter, index) => {
        const tally = tallyBetween(get(before, index), get(after, index))
        checkCount(counter, tally, samples)
        const mean = (tally.seconds / tally.count) * 1000
        return counter.rows.map((row) => [row, mean] as const)
      })
      return Object.fromEntries(means.flat()) as Partial<Record<RowName, number>>
    },
  }
}

function countersOf({ names }: StartedRig): Counter[] {
  return [
    { rows: ['floor', 'floor-again'], apiServer: 'floor', webhook: names.floor },
    { rows: ['shim'], apiServer: 'shim', webhook: names.shim },
    { rows: ['loopback'], apiServer: 'none', webhook: names.loopback },
  ]
}

async function readTallies({ clients }: StartedRig, counters: readonly Counter[]): Promise<Tally[]> {
  return Promise.all(
    counters.map(async ({ apiServer, webhook }) => {
      const { status, text } = await clients[apiServer].send('GET', '/metrics')
      if (status !== 200) throw new GatehouseError('ERR_CLUSTER_API', `GET /metrics: ${status} ${text.slice(0, 200)}`)
      return readTally(text, webhook)
    }),
  )
}

function checkCount({ rows, webhook }: Counter, { count }: Tally, samples: Samples<RowName>): void {
  const measured = rows.reduce((sum, row) => sum + samples[row].length, 0)
  if (count === measured) return
  const message = `${measured} requests of ${rows.join(' and ')} were measured, and the API server asked ${webhook} ${count} times`
  throw new GatehouseError('ERR_CLUSTER_API', message, {
    hint: 'Is something else using the cluster of the benchmark?',
  })
}

function get(tallies: readonly Tally[], index: number): Tally {
  return tallies[index] ?? { count: 0, seconds: 0 }
}
