import { createRandom, shuffle } from './shuffle.ts'

/** One request of a row; resolves when its answer has been read, rejects when that is not what the row expects. */
export type Send = () => Promise<void>

export interface LoadOptions<Row extends string> {
  readonly rows: Readonly<Record<Row, Send>>
  /** Requests that set out together. */
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

/**
 * Measures all rows in turns. In a turn every row has its go, in a fresh random order: all clients send it one request
 * at once, and the next row waits until they have their answers. So whatever the machine does meanwhile it does to every
 * row alike, rows never compete with each other, and none always follows the same other one.
 */
export async function measureInterleaved<Row extends string>(options: LoadOptions<Row>): Promise<Samples<Row>> {
  const { rows, clients, signal } = options
  const names = Object.keys(rows) as Row[]
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Row, number[]>
  const random = createRandom(clients)
  const mayTakeTurn = createTurns(options)
  while (mayTakeTurn()) {
    for (const name of shuffle(names, random)) {
      signal?.throwIfAborted()
      samples[name].push(...(await measureTogether(rows[name], clients)))
    }
  }
  return samples
}

function measureTogether(send: Send, clients: number): Promise<number[]> {
  return Promise.all(Array.from({ length: clients }, () => measure(send)))
}

async function measure(send: Send): Promise<number> {
  const startedAt = performance.now()
  await send()
  return performance.now() - startedAt
}

function createTurns<Row extends string>({ limit, clients }: LoadOptions<Row>): () => boolean {
  if ('milliseconds' in limit) {
    const endsAt = performance.now() + limit.milliseconds
    return () => performance.now() < endsAt
  }
  let left = Math.ceil(limit.requests / clients)
  return () => left-- > 0
}
