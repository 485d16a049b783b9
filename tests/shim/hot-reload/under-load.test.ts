import { readdirSync } from 'node:fs'
import { Agent } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import t from 'tap'
import { buildAnsweringGuest, buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { send, startShim, type TestPolicy, type TestShim, writePolicies } from '../../helpers/shim.ts'

t.setTimeout(400_000)

type Policies = Readonly<Record<string, TestPolicy>>

/** A policy that denies with this text, if guest, settings and message are of one version. */
const version = (name: string, settings: object): TestPolicy => ({
  guest: buildAnsweringGuest(`{"valid":true,"accepted":false,"message":"guest ${name}"}`),
  settings,
})

const ONE: Policies = {
  guest: version('one', {}),
  settings: { guest: buildGuest('echo'), settings: { version: 'one' } },
  mode: { guest: buildGuest('deny'), message: 'one' },
  passing: { guest: buildGuest('accept') },
}
const OTHER: Policies = {
  guest: version('other', { a: 1 }),
  settings: { guest: buildGuest('echo'), settings: { version: 'other' } },
  mode: { guest: buildGuest('accept'), message: 'other' },
}
const { passing: _removed, ...SHORTER } = ONE
const REWORDED: Policies = { ...ONE, mode: { guest: buildGuest('deny'), message: 'reworded' } }
const BROKEN: Policies = { ...OTHER, guest: { guest: buildGuest('deny-settings') } }

/** What one set answers, in a word; two sets never answer the same, whatever the policy. */
const VERDICTS: Readonly<Record<string, readonly string[]>> = {
  guest: ['200 guest one', '200 guest other'],
  settings: ['200 settings one', '200 settings other'],
  mode: ['200 one', '200 reworded', '200 allowed'],
  passing: ['200 allowed', '404 unknown policy: passing'],
}

async function ask(test: TestShim, agent: Agent, id: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const options = { socketPath: test.socket, agent, method: 'POST', path: `/validate/${id}`, headers }
  const { status, text } = await send(options, admissionReview())
  const { response, message } = JSON.parse(text)
  if (status !== 200) return `${status} ${message}`
  if (response.allowed) return '200 allowed'
  const version = /"settings":\{"version":"(\w+)"\}/.exec(response.status.message)?.[1]
  return version === undefined ? `200 ${response.status.message}` : `200 settings ${version}`
}

/** Asks all policies again and again, many at once, until it is stopped. Gives every answer with its number. */
function startLoad(test: TestShim): { stop(): Promise<Map<string, number>> } {
  const agent = new Agent({ keepAlive: true })
  const answers = new Map<string, number>()
  let isStopped = false
  const client = async () => {
    while (!isStopped) {
      for (const id of Object.keys(VERDICTS)) {
        const answer = `${id}: ${await ask(test, agent, id)}`
        answers.set(answer, (answers.get(answer) ?? 0) + 1)
      }
      // leaves the shim, which is in this process, time to reload
      await delay(10)
    }
  }
  const clients = Promise.all(Array.from({ length: 2 }, client))
  return {
    async stop() {
      isStopped = true
      await clients
      agent.destroy()
      return answers
    },
  }
}

const EXPECTED = new Set(Object.entries(VERDICTS).flatMap(([id, verdicts]) => verdicts.map((text) => `${id}: ${text}`)))
const unexpected = (answers: Map<string, number>) => [...answers].filter(([answer]) => !EXPECTED.has(answer))

/** Mostly what needs no guest to be asked about settings, for which a thread is started. */
function choose(turn: number): Policies {
  if (turn % 100 === 50) return OTHER
  if (turn % 20 === 5) return SHORTER
  return turn % 2 === 0 ? REWORDED : ONE
}

/** What leaks would show in, after a full collection of garbage. */
function measure() {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    heapBytes: process.memoryUsage().heapUsed,
  }
}

t.test('whatever changes while requests come, each gets the verdict of one set, and never an error', async (t) => {
  await using test = await startShim(t, ONE, { logLevel: 'error' })
  const changes = fc.array(fc.constantFrom(ONE, OTHER, BROKEN), { minLength: 2, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(changes, async (sets) => {
      const load = startLoad(test)
      for (const policies of sets) {
        writePolicies(test.folder, policies)
        await test.shim.reload()
      }
      t.strictSame(unexpected(await load.stop()), [])
    }),
    { numRuns: 3 },
  )
})

t.test('1,000 reloads under load fail no request, and leave nothing behind', async (t) => {
  await using test = await startShim(t, ONE, { logLevel: 'error' })
  const load = startLoad(test)
  const reload = async (times: number) => {
    for (let i = 0; i < times; i++) {
      writePolicies(test.folder, choose(i))
      await test.shim.reload()
    }
  }
  await reload(200)
  const before = measure()
  await reload(800)
  const after = measure()
  const answers = await load.stop()
  t.strictSame(unexpected(answers), [])
  t.strictSame(new Set(answers.keys()), EXPECTED, 'all sets were met')
  // connections of the clients and the threads of one check come and go
  t.ok(after.descriptors <= before.descriptors + 20, `descriptors: ${before.descriptors}, then ${after.descriptors}`)
  t.ok(after.threads <= before.threads + 4, `threads: ${before.threads}, then ${after.threads}`)
  const grownMib = (after.heapBytes - before.heapBytes) / 2 ** 20
  t.ok(grownMib < 8, `the heap grew by ${grownMib.toFixed(1)} MiB`)
  t.comment(JSON.stringify({ before, after, answers: [...answers.values()].reduce((sum, count) => sum + count, 0) }))
})
