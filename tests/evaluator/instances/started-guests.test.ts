import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type EvaluationRequest, parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import { type EvaluatedPolicy, evaluate, evaluateStarted, type PolicyLogLine } from '../../../evaluator/evaluate.ts'
import { loadGuestKind } from '../../../evaluator/guests/index.ts'
import { WASI_COMMAND } from '../../../evaluator/guests/wasi-command.ts'
import { StartedGuests } from '../../../evaluator/instances/started-guests.ts'
import { createPolicy, createRequest, evaluateLogged, MIB } from '../../helpers/evaluations.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { buildCommand, callHost, echo, type PlaceText, WASI_METADATA } from '../../helpers/wasi-commands.ts'

const REQUEST = createRequest('{}')

await loadGuestKind('wasi')

/** A policy, the guests that are started for it, how many had to be made, and how many were ended without a request. */
async function prepare(module: Uint8Array, options = {}) {
  const policy = await createPolicy(module, options)
  let made = 0
  let ended = 0
  const guests = new StartedGuests((wanted) => {
    made += 1
    if (WASI_COMMAND.instantiateStartable === undefined) throw new Error('commands can be started ahead')
    const guest = WASI_COMMAND.instantiateStartable(wanted)
    const cancel = guest.cancel.bind(guest)
    guest.cancel = async () => {
      await cancel()
      ended += 1
    }
    return guest
  })
  const start = () => guests.start(policy.module)
  return { policy, guests, start, ask: () => askStarted(policy, guests), made: () => made, ended: () => ended }
}

async function askStarted(policy: EvaluatedPolicy, guests: StartedGuests, request = REQUEST) {
  const lines: PolicyLogLine[] = []
  const response = await evaluateStarted(policy, request, (line) => lines.push(line), guests)
  guests.clean()
  return { response, lines, message: response.status?.message }
}

const command = (code: (text: PlaceText) => string) => prepare(buildCommand(code))

/** Says what it has read, after it has said something. */
const startsAndEchoes = (text: PlaceText) =>
  `(call $print (i32.const 2) ${text('started; ')}) ${echo(2)} (call $exit (i32.const 1))`

const QUESTION = '{"request":{"uid":"u1","object":{}},"settings":{}}'

/** Time for guests, as if this had passed. */
function pass(t: Test, ms: number): void {
  const { now } = performance
  performance.now = () => now.call(performance) + ms
  t.teardown(() => {
    performance.now = now
  })
}

t.test('a guest that was started ahead answers as one that was not', async (t) => {
  const { start, ask, policy } = await command(startsAndEchoes)
  const fresh = evaluateLogged(policy)
  t.equal(fresh.message, `started; ${QUESTION}`)
  for (let request = 0; request < 3; request++) {
    t.ok(await start())
    t.match(await ask(), fresh, 'started ahead')
    t.match(await ask(), fresh, 'started with its request')
  }
})

t.test('one waits for the next request of its module, however often it is asked for', async (t) => {
  const { start, ask, made } = await command(startsAndEchoes)
  t.strictSame([await start(), await start()], [true, true])
  t.equal(made(), 1)
  t.equal((await ask()).message, `started; ${QUESTION}`)
})

t.test('one instance is started for request after request, but not after it has failed', async (t) => {
  const fine = await command((text) => `${echo(2)} (call $print (i32.const 1) ${text('{"accepted":true}')})`)
  const failing = await command(startsAndEchoes)
  for (const { start, ask } of [fine, fine, fine, failing, failing, failing]) {
    t.ok(await start())
    await ask()
  }
  t.strictSame([fine.made(), failing.made()], [1, 3])
})

for (const [policy, settings, fixtures] of [
  ['ingress-tls', { allowed_domains: ['example.org'] }, ['plain-ingress', 'covered-ingress', 'foreign-ingress']],
  ['service-types', { denied_types: ['NodePort'] }, ['node-port', 'cluster-ip', 'external-ips']],
] as const) {
  t.test(`${policy} answers each request as on a fresh instance`, async (t) => {
    const folder = join(import.meta.dirname, '../../../policies', policy)
    const module = readFileSync(join(folder, 'policy.wasm'))
    const { policy: asked, guests, start } = await prepare(module, { memoryLimitBytes: 128 * MIB, settings })
    const read = (name: string): EvaluationRequest =>
      parseAdmissionReview(readFileSync(join(folder, 'fixtures', `${name}.json`)))
    for (const name of [...fixtures, ...fixtures.toReversed(), ...fixtures]) {
      t.ok(await start())
      const { response } = await askStarted(asked, guests, read(name))
      t.strictSame(
        response,
        evaluate(asked, read(name), () => {}),
        name,
      )
    }
  })
}

t.test('one whose state cannot be put back is made anew, ahead of each request', async (t) => {
  const { policy, start, ask } = await prepare(buildGuest('leaky-command', WASI_METADATA))
  t.notOk(policy.module.restorable)
  for (let request = 0; request < 3; request++) {
    t.ok(await start())
    t.match(await ask(), { response: { allowed: true } })
  }
})

t.test('what it asks the host waits for the request, and is answered for that one', async (t) => {
  const call = ['kubewarden', 'tracing', 'log', '{"level":"info","message":"here"}'] as const
  const { start, ask, policy } = await command(
    (text) => `${callHost(text, '$host', call)} ${echo(2)} (call $exit (i32.const 1))`,
  )
  t.ok(await start())
  const answer = await ask()
  t.match(answer.lines, [{ message: 'here' }])
  t.strictSame(answer, evaluateLogged(policy))
})

t.test(
  'a guest that ends without having read its input cannot be started ahead, and answers all the same',
  async (t) => {
    for (const ending of ['', '(unreachable)', '(call $exit (i32.const 1))']) {
      const { start, ask, policy } = await command(
        (text) => `(call $print (i32.const 1) ${text('{"accepted":true}')}) ${ending}`,
      )
      t.notOk(await start())
      t.strictSame((await ask()).response, evaluateLogged(policy).response)
    }
  },
)

t.test('one that fails after it has waited is not asked again', async (t) => {
  const { start, ask } = await command(() => '(drop (call $read (i32.const 65536))) (unreachable)')
  for (let request = 0; request < 2; request++) {
    t.ok(await start())
    t.match((await ask()).response, { status: { code: 500, message: 'guest trapped: unreachable' } })
  }
})

t.test('a clock that it read before there was a request is ten seconds late at most', async (t) => {
  // tells the time that it has read, eight bytes, before it reads its input
  const tellsTime = (clock: number) => (text: PlaceText) =>
    `(call $print (i32.const 2) ${text('at ')})
     (drop (call $clock (i32.const ${clock}) (i64.const 0) (i32.const 16)))
     (drop (call $read (i32.const 65536)))
     (call $tell (i64.load (i32.const 16)))`
  const digits = `(func $tell (param $value i64)
    (local $at i32)
    (local.set $at (i32.const 100))
    (loop $more
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $value) (i64.const 10)))))
      (local.set $value (i64.div_u (local.get $value) (i64.const 10)))
      (br_if $more (i64.ne (local.get $value) (i64.const 0))))
    (call $print (i32.const 2) (local.get $at) (i32.sub (i32.const 100) (local.get $at)))
    (call $exit (i32.const 1)))`
  const tell = async (clock: number) => {
    const { start, ask } = await prepare(buildCommand(tellsTime(clock), digits))
    t.ok(await start())
    return async () => BigInt(/^at (\d+)$/.exec((await ask()).message ?? '')?.[1] ?? 0)
  }
  const [wall, monotonic, soon] = [await tell(0), await tell(1), await tell(0)]
  const started = process.hrtime.bigint()
  const milliseconds = () => BigInt(Date.now()) * 1_000_000n
  const before = milliseconds()
  while (milliseconds() === before);
  t.ok((await soon()) <= before, 'it was started before')
  pass(t, 10_001)
  t.ok((await wall()) > before, 'it was started again')
  t.ok((await monotonic()) < started, 'this one tells no date')
})

t.test('a guest of a policy that is gone is ended when the next one is started, and harms nobody', async (t) => {
  const { policy, guests, start, ended } = await command(startsAndEchoes)
  const other = await createPolicy(buildCommand(() => `${echo(2)} (call $exit (i32.const 2))`))
  t.ok(await start())
  guests.keepOnly([other.module])
  t.ok(await guests.start(other.module))
  t.equal(ended(), 1)
  t.equal((await askStarted(other, guests)).message, QUESTION)
  t.equal((await askStarted(policy, guests)).message, `started; ${QUESTION}`)
})

t.test(
  'a guest that was started ahead can call itself as deeply as one that a thread starts with its request',
  async (t) => {
    const sink = `(func $sink (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 0))
      (else (i64.add (i64.const 1) (call $sink (i64.sub (local.get 0) (i64.const 1)))))))`
    const dive = (depth: number) => (text: PlaceText) =>
      `
    (drop (call $read (i32.const 65536)))
    (drop (call $sink (i64.const ${depth})))
    (call $print (i32.const 1) ${text('{"accepted":true}')})`
    const ask = async (depth: number) => {
      const { start, ask } = await prepare(buildCommand(dive(depth), sink))
      t.ok(await start())
      return (await ask()).response
    }
    // four times as deep as the 984 KiB that V8 gives its own stacks
    t.match(await ask(50_000), { allowed: true })
    t.match(await ask(500_000), { status: { code: 500, message: 'guest trapped: call stack exhausted' } })
  },
)
