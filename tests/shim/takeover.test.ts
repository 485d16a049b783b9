import { once } from 'node:events'
import { Agent } from 'node:http'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { ShimOptions } from '../../shim/shim-options.ts'
import { buildGuest } from '../helpers/guests.ts'
import { admissionReview } from '../helpers/policies.ts'
import { connectRaw } from '../helpers/raw-client.ts'
import { type Answer, HOST, send, socketOptions, startShim, type TestShim } from '../helpers/shim.ts'
import { makeShortFolder } from '../helpers/short-folder.ts'
import { agentFor, openTunnel } from '../helpers/tunnel.ts'

const ACCEPT = { gate: { guest: buildGuest('accept') } }
const DENY = { gate: { guest: buildGuest('deny') } }
/** No test waits for its end. */
const ENDLESS_MS = 3_600_000

/** Starts shims that take the same socket from each other. */
function createPlace(t: Test) {
  const socket = { ...socketOptions(makeShortFolder(t)), takeover: true }
  return (policies: typeof ACCEPT, options: Partial<ShimOptions> = {}) =>
    startShim(t, policies, { socket, handoverGraceMs: ENDLESS_MS, ...options })
}

const REVIEW = { method: 'POST', path: '/validate/gate', headers: { 'content-type': 'application/json' } }

const ask = (agent: Agent): Promise<Answer> => send({ ...REVIEW, agent }, admissionReview())

const isAllowed = ({ text }: Answer): boolean => JSON.parse(text).response.allowed

async function untilLogged({ logged }: TestShim, text: RegExp): Promise<void> {
  while (!logged.some(({ message }) => text.test(String(message)))) await setImmediate()
}

const untilTakenFrom = (shim: TestShim) => untilLogged(shim, /has taken the socket/)

t.test('new connections meet the new shim, open ones are answered by the old one, for the last time', async (t) => {
  const start = createPlace(t)
  await using old = await start(ACCEPT)
  const tunnel = await openTunnel({ ...old, host: HOST })
  const agent = agentFor(tunnel)
  t.ok(isAllowed(await ask(agent)))
  await using successor = await start(DENY)
  t.notOk(isAllowed(await old.call('POST', '/validate/gate', admissionReview())), 'a new connection')
  await untilTakenFrom(old)
  const last = await ask(agent)
  t.ok(isAllowed(last), 'an open connection')
  t.equal(last.headers.connection, 'close')
  t.equal(await old.shim.ended, 0, 'the old shim ends by itself, and cut nothing off')
  t.notOk(isAllowed(await successor.call('POST', '/validate/gate', admissionReview())), 'the socket is still there')
})

t.test('an idle connection stays open behind a closed door, and its next request is answered', async (t) => {
  const start = createPlace(t)
  await using old = await start(ACCEPT)
  const agent = agentFor(await openTunnel({ ...old, host: HOST }))
  t.ok(isAllowed(await ask(agent)))
  await using _successor = await start(DENY)
  await untilLogged(old, /nobody new is accepted/)
  const last = await ask(agent)
  t.ok(isAllowed(last))
  t.equal(last.headers.connection, 'close')
  t.equal(await old.shim.ended, 0)
})

t.test('one shim after another takes the socket, and no request fails', async (t) => {
  const start = createPlace(t)
  let current = await start(ACCEPT)
  const { socket: socketPath } = current
  const old: TestShim[] = []
  const answers = { verdicts: 0, failures: [] as string[] }
  const pool = new Agent({ keepAlive: true })
  let isOver = false
  const client = async (agent: Agent | false) => {
    while (!isOver) {
      const answer = await send({ ...REVIEW, socketPath, agent }, admissionReview()).catch(String)
      if (typeof answer !== 'string' && answer.status === 200 && isAllowed(answer)) answers.verdicts += 1
      else answers.failures.push(JSON.stringify(answer))
    }
  }
  const clients = Promise.all([client(false), client(false), client(pool), client(pool)])
  for (let turn = 0; turn < 5; turn++) {
    old.push(current)
    current = await start(ACCEPT)
  }
  for (const { shim } of old) t.equal(await shim.ended, 0)
  isOver = true
  await clients
  pool.destroy()
  t.strictSame(answers.failures, [])
  t.ok(answers.verdicts > 50, `${answers.verdicts} verdicts`)
  await current.shim.stop()
  await t.rejects(current.call('GET', '/livez'), { code: 'ENOENT' }, 'only the last one removes the socket')
})

t.test('idle connections are closed when nearly all of the grace is over', async (t) => {
  const start = createPlace(t)
  await using old = await start(ACCEPT, { handoverGraceMs: 1500 })
  const idle = await openTunnel({ ...old, host: HOST })
  idle.resume()
  const ended = once(idle, 'end')
  await using _successor = await start(ACCEPT)
  t.equal(await old.shim.ended, 0)
  await ended
})

t.test('those who only ask for probes are not waited for', async (t) => {
  const start = createPlace(t)
  await using old = await start(ACCEPT)
  const prober = await connectRaw(old.socket)
  prober.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')
  await prober.receive('gatehouse_policies')
  await using _successor = await start(ACCEPT)
  t.equal(await old.shim.ended, 0)
  await prober.receiveAll()
})

t.test('whoever stops a shim while it hands over ends it with the grace, or by impatience', async (t) => {
  const start = createPlace(t)
  await using old = await start(ACCEPT)
  const idle = await openTunnel({ ...old, host: HOST })
  idle.resume()
  const impatience = new AbortController()
  await using _successor = await start(ACCEPT)
  await untilTakenFrom(old)
  const stopped = old.shim.stop(impatience.signal)
  impatience.abort()
  t.equal(await stopped, 0)
})

t.test('a shim that is stopped before it has noticed its successor stays for those who are connected', async (t) => {
  const start = createPlace(t)
  await using old = await start(ACCEPT)
  const agent = agentFor(await openTunnel({ ...old, host: HOST }))
  await using _successor = await start(DENY)
  const stopped = old.shim.stop()
  await untilTakenFrom(old)
  t.ok(isAllowed(await ask(agent)))
  t.equal(await stopped, 0)
})

t.test('a port for probes is shared until the old shim has gone', async (t) => {
  const start = createPlace(t)
  await using old = await start(ACCEPT, { probes: { host: '127.0.0.1', port: 0 } })
  const port = Number(old.shim.addresses.find((address) => address.includes(':'))?.split(':')[1])
  await using successor = await start(ACCEPT, { probes: { host: '127.0.0.1', port } })
  t.equal(await old.shim.ended, 0)
  t.equal((await send({ host: '127.0.0.1', port, path: '/readiness' })).status, 200)
  t.match(successor.shim.addresses, [`127.0.0.1:${port}`, new RegExp(`^${dirname(successor.socket)}`)])
})
