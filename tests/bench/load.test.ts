import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { measureInterleaved } from '../../bench/load.ts'

function recordRows(names: readonly string[]) {
  const sent: string[] = []
  const inFlight: string[] = []
  const mixed = new Set<string>()
  let mostInFlight = 0
  const send = (name: string) => async () => {
    sent.push(name)
    inFlight.push(name)
    mostInFlight = Math.max(mostInFlight, inFlight.length)
    await setImmediate()
    for (const other of inFlight.filter((candidate) => candidate !== name)) mixed.add(other)
    inFlight.splice(inFlight.indexOf(name), 1)
  }
  const rows = Object.fromEntries(names.map((name) => [name, send(name)]))
  return { rows, sent, mixed, mostInFlight: () => mostInFlight }
}

t.test('all clients send at once, until every row has been measured as often as asked', async (t) => {
  for (const [clients, measured] of [
    [1, 50],
    [3, 51],
    [32, 64],
  ] as const) {
    const { rows, mostInFlight } = recordRows(['none', 'floor', 'shim'])
    const { samples } = await measureInterleaved({ rows, clients, limit: { requests: 50 } })
    for (const row of Object.values(samples)) t.equal(row.length, measured)
    t.equal(mostInFlight(), clients)
  }
})

t.test('rows take turns in an order that changes, and never compete with each other', async (t) => {
  const { rows, sent, mixed } = recordRows(['none', 'floor', 'shim'])
  await measureInterleaved({ rows, clients: 1, limit: { requests: 30 } })
  const turns = Array.from({ length: 30 }, (_, turn) => sent.slice(turn * 3, turn * 3 + 3))
  for (const turn of turns) t.strictSame(turn.toSorted(), ['floor', 'none', 'shim'])
  t.equal(new Set(turns.map((turn) => turn.join())).size, 6, 'all six orders of three rows')
  t.strictSame([...mixed], [])
})

t.test('several clients send one request after the other in a turn, so that all of them stay busy', async (t) => {
  const { rows, sent, mixed } = recordRows(['none', 'shim'])
  await measureInterleaved({ rows, clients: 2, limit: { requests: 20 } })
  t.strictSame(new Set(sent.slice(0, 8)).size, 1)
  t.strictSame(new Set(sent.slice(8, 16)).size, 1)
  t.equal(sent.length, 40)
  t.strictSame([...mixed], [])
})

t.test('a duration ends the run after whole turns', async (t) => {
  const { rows } = recordRows(['none', 'shim'])
  const { samples, busyMs } = await measureInterleaved({ rows, clients: 2, limit: { milliseconds: 20 } })
  t.ok(samples['none']?.length)
  t.equal(samples['none']?.length, samples['shim']?.length)
  t.ok((busyMs['none'] ?? 0) > 0)
})

t.test('a request that fails ends the run with its error', async (t) => {
  const rows = { none: () => Promise.reject(new Error('503')) }
  await t.rejects(measureInterleaved({ rows, clients: 4, limit: { requests: 10 } }), { message: '503' })
})

t.test('a signal ends the run with its reason', async (t) => {
  const stop = new AbortController()
  const rows = { none: async () => stop.abort(new Error('SIGINT')) }
  const limit = { milliseconds: 60_000 }
  await t.rejects(measureInterleaved({ rows, clients: 1, limit, signal: stop.signal }), { message: 'SIGINT' })
})
