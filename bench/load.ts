import { createRandom, shuffle } from './shuffle.ts'

/** One request of a row; resolves when its answer has been read, rejects when that is not what the row expects. */
export type Send = () => Promise<void>

export interface LoadOptions<Row extends string> {
  readonly rows: Readonly<Record<Row, Send>>
  /** Requests that are under way at the same time. */
  readonly clients: number
  /** How long it goes on; whole turns are finished. */
  readonly limit: Limit
  /** Ends the run early, with its reason as the error. */
  readonly signal?: AbortSignal
}

/** Requests of each row at least, or the time after which no further turn starts. */
export type Limit = { readonly requests: number } | { readonly milliseconds: number }

/** Latencies in milliseconds, by row. */
export type Samples<Row extends string> = Readonly<Record<Row, readonly number[]>>

/** What a run gave. */
export interface Measured<Row extends string> {
  readonly samples: Samples<Row>
  /** How long a row's turns took together. */
  readonly busyMs: Readonly<Record<Row, number>>
}

/** Requests of each client in a turn, where there are several: so many that all of them are under way most of the time. */
const REQUESTS_PER_TURN = 4

/**
 * Measures all rows in turns. In a turn every row has its go, in a fresh random order: each client sends one request
 * after the other, and the next row waits until all have their answers. So whatever the machine does meanwhile it does to
 * every row alike, rows never compete with each other, and none always follows the same other one.
 */
export async function measureInterleaved<Row extends string>(options: LoadOptions<Row>): Promise<Measured<Row>> {
  const { rows, clients, signal } = options
  const names = Object.keys(rows) as Row[]
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Row, number[]>
  const busyMs = Object.fromEntries(names.map((name) => [name, 0])) as Record<Row, number>
  const random = createRandom(clients)
  const nextTurn = createTurns(options)
  for (let requests = nextTurn(); requests > 0; requests = nextTurn()) {
    for (const name of shuffle(names, random)) {
      signal?.throwIfAborted()
      const startedAt = performance.now()
      samples[name].push(...(await measureTogether(rows[name], clients, requests)))
      busyMs[name] += performance.now() - startedAt
    }
  }
  return { samples, busyMs }
}

async function measureTogether(send: Send, clients: number, requests: number): Promise<number[]> {
  const samples: number[] = []
  let left = requests
  const sendOneAfterTheOther = async () => {
    while (left-- > 0) samples.push(await measure(send))
  }
  await Promise.all(Array.from({ length: clients }, sendOneAfterTheOther))
  return samples
}

async function measure(send: Send): Promise<number> {
  const startedAt = performance.now()
  await send()
  return performance.now() - startedAt
}

/** How many requests each row's next turn has: a multiple of the clients; none when the limit is reached. */
function createTurns<Row extends string>({ limit, clients }: LoadOptions<Row>): () => number {
  const most = clients === 1 ? 1 : clients * REQUESTS_PER_TURN
  if ('milliseconds' in limit) {
    const endsAt = performance.now() + limit.milliseconds
    return () => (performance.now() < endsAt ? most : 0)
  }
  let left = Math.ceil(limit.requests / clients) * clients
  return () => {
    const requests = Math.min(left, most)
    left -= requests
    return requests
  }
}
