import { createRandom, shuffle } from './shuffle.ts'

/** One request of a row; resolves when its answer has been read, rejects when that is not what the row expects. */
export type Send = () => Promise<void>

export interface LoadOptions<Row extends string> {
  readonly rows: Readonly<Record<Row, Send>>
  /** Requests in flight at any time. */
  readonly clients: number
  /** How often every row is measured. */
  readonly limit: Limit
}

/** Requests of each row, or the time after which no further turn starts. */
export type Limit = { readonly requests: number } | { readonly milliseconds: number }

/** Latencies in milliseconds, by row. */
export type Samples<Row extends string> = Readonly<Record<Row, readonly number[]>>

/**
 * Closed-loop load on all rows at once. A turn is one request of every row, in a fresh random order: whatever the
 * machine does meanwhile, it does to every row alike, and no row always follows the same other one.
 */
export async function measureInterleaved<Row extends string>(options: LoadOptions<Row>): Promise<Samples<Row>> {
  const rows = Object.keys(options.rows) as Row[]
  const samples = Object.fromEntries(rows.map((row) => [row, []])) as unknown as Record<Row, number[]>
  const turns = createTurns(options.limit)

  const runClient = async (client: number) => {
    const random = createRandom(client)
    while (turns.next()) {
      for (const row of shuffle(rows, random)) samples[row].push(await measure(options.rows[row]))
    }
  }
  const clients = Array.from({ length: options.clients }, (_, client) => runClient(client))
  try {
    await Promise.all(clients)
  } finally {
    turns.stop()
    await Promise.allSettled(clients)
  }
  return samples
}

async function measure(send: Send): Promise<number> {
  const startedAt = performance.now()
  await send()
  return performance.now() - startedAt
}

/** Turns for all clients together; none are left once one client has failed. */
function createTurns(limit: Limit): { next(): boolean; stop(): void } {
  const endsAt = 'milliseconds' in limit ? performance.now() + limit.milliseconds : Number.POSITIVE_INFINITY
  let left = 'requests' in limit ? limit.requests : Number.POSITIVE_INFINITY
  return {
    next: () => left-- > 0 && performance.now() < endsAt,
    stop() {
      left = 0
    },
  }
}
