import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { measureInterleaved } from '../../bench/load.ts'

function recordRows(names: readonly string[]) {
  const sent: string[] = []
  let inFlight = 0
  let mostInFlight = 0
  const send = (name: string) => async () => {
    sent.push(name)
    mostInFlight = Math.max(mostInFlight, ++inFlight)
    await setImmediate()
    inFlight--
  }
  return {
    rows: Object.fromEntries(names.map((name) => [name, send(name)])),
    sent,
    mostInFlight: () => mostInFlight,
  }
}

t.test('every row is measured as often as asked, whatever the number of clients', async (t) => {
  for (const clients of [1, 3, 32]) {
    const { rows, sent, mostInFlight } = recordRows(['none', 'floor', 'shim'])
    const samples = await measureInterleaved({ rows, clients, limit: { requests: 50 } })
    for (const row of Object.values(samples)) t.equal(row.length, 50)
    t.equal(sent.length, 150)
    t.equal(mostInFlight(), clients)
  }
})

t.test('rows take turns: one request each before any has another', async (t) => {
  const { rows, sent } = recordRows(['none', 'floor', 'shim'])
  await measureInterleaved({ rows, clients: 1, limit: { requests: 30 } })
  const turns = Array.from({ length: 30 }, (_, turn) => sent.slice(turn * 3, turn * 3 + 3))
  for (const turn of turns) t.strictSame(turn.toSorted(), ['floor', 'none', 'shim'])
  t.ok(new Set(turns.map((turn) => turn.join())).size > 1, 'in an order that changes')
})

t.test('a duration ends the run after whole turns', async (t) => {
  const { rows } = recordRows(['none', 'shim'])
  const { none, shim } = await measureInterleaved({ rows, clients: 2, limit: { milliseconds: 20 } })
  t.ok(none?.length)
  t.equal(none?.length, shim?.length)
})

t.test('a request that fails ends the run with its error, once all clients have stopped', async (t) => {
  const { rows, sent } = recordRows(['none'])
  const failing = { ...rows, shim: () => Promise.reject(new Error('503')) }
  await t.rejects(measureInterleaved({ rows: failing, clients: 4, limit: { requests: 1000 } }), { message: '503' })
  const soFar = sent.length
  await setImmediate()
  t.equal(sent.length, soFar)
})
