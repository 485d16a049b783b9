import t from 'tap'
import { createParkedInstances, evaluate, type PolicyLogLine } from '../../../evaluator/evaluate.ts'
import type { GuestHost } from '../../../evaluator/guests/guest.ts'
import { guestKindOf } from '../../../evaluator/guests/index.ts'
import { ParkedInstances } from '../../../evaluator/instances/parked-instances.ts'
import { createPolicy, createRequest, MIB } from '../../helpers/evaluations.ts'
import { buildGuest, buildGuestFrom } from '../../helpers/guests.ts'

const REQUEST = createRequest('{}')
const HOST: GuestHost = { callHost: () => new Uint8Array(), console() {} }

/** A policy, its parked instances, and how many had to be made. */
async function park(module: Uint8Array, memoryLimitBytes = 16 * MIB) {
  const policy = await createPolicy(module, { memoryLimitBytes })
  let made = 0
  const instances = new ParkedInstances((wanted, host) => {
    made += 1
    const kind = guestKindOf(wanted.executionMode)
    return kind.instantiate(wanted, host)
  })
  const ask = () => {
    const lines: PolicyLogLine[] = []
    return { response: evaluate(policy, REQUEST, (line) => lines.push(line), instances), lines }
  }
  return { policy, instances, ask, made: () => made }
}

t.test('one instance answers request after request', async (t) => {
  const { instances, ask, made } = await park(buildGuest('leaky-memory'))
  for (let request = 0; request < 3; request++) {
    t.match(ask().response, { allowed: true })
    instances.clean()
  }
  t.equal(made(), 1)
})

t.test('it is cleaned before it answers again, even if nobody has done so after the last answer', async (t) => {
  const { ask, made } = await park(buildGuest('leaky-memory'))
  t.match([ask().response, ask().response], [{ allowed: true }, { allowed: true }])
  t.equal(made(), 1)
})

t.test('what it logs goes to whoever asks, and what it asks its host is answered for that one', async (t) => {
  const { ask } = await park(buildGuest('host-call'))
  const [first, second] = [ask(), ask()]
  t.ok(first.lines.length > 0)
  t.strictSame(second, first)
})

t.test('an instance that writes what cannot be put back serves once', async (t) => {
  const { ask, made } = await park(buildGuest('leaky'))
  t.match([ask().response, ask().response], [{ allowed: true }, { allowed: true }])
  t.equal(made(), 2)
})

t.test('so does one that closes what it writes to', async (t) => {
  const { ask, made } = await park(
    buildGuestFrom(`(module
      (import "wapc" "__guest_response" (func $respond (param i32 i32)))
      (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "{\\"accepted\\":true}")
      (data (i32.const 32) "{\\"accepted\\":false}")
      (func (export "__guest_call") (param i32 i32) (result i32)
        (if (call $close (i32.const 2))
          (then (call $respond (i32.const 32) (i32.const 18)))
          (else (call $respond (i32.const 0) (i32.const 17))))
        (i32.const 1)))`),
  )
  t.match([ask().response, ask().response], [{ allowed: true }, { allowed: true }])
  t.equal(made(), 2)
})

t.test('one that has failed is not asked again', async (t) => {
  const { ask, made } = await park(buildGuest('trap'))
  t.match([ask().response, ask().response], [{ status: { code: 500 } }, { status: { code: 500 } }])
  t.equal(made(), 2)
})

t.test('one that has taken much memory is let go, and its memory with it', async (t) => {
  const grow = (pages: number) =>
    buildGuestFrom(`(module
      (import "wapc" "__guest_response" (func $respond (param i32 i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "{\\"accepted\\":true}")
      (func (export "__guest_call") (param i32 i32) (result i32)
        (drop (memory.grow (i32.const ${pages})))
        (call $respond (i32.const 0) (i32.const 17))
        (i32.const 1)))`)
  const [little, much] = [await park(grow(64)), await park(grow(65))]
  for (const { ask } of [little, little, much, much]) t.match(ask().response, { allowed: true })
  t.strictSame([little.made(), much.made()], [1, 2])
})

t.test('instances of modules that are not used any more are let go', async (t) => {
  const { policy, instances, ask, made } = await park(buildGuest('leaky-memory'))
  ask()
  instances.keepOnly([policy.module])
  ask()
  t.equal(made(), 1)
  instances.keepOnly([])
  ask()
  t.equal(made(), 2)
})

t.test('start-up code runs once, and the request after it finds what it left', async (t) => {
  const policy = await createPolicy(buildGuest('starters'))
  const instances = createParkedInstances()
  const answers = [1, 2, 3].map(() => evaluate(policy, REQUEST, () => {}, instances))
  t.strictSame(answers, Array(3).fill(evaluate(policy, REQUEST, () => {})))
})

t.test('start-up code that fails, fails each time', async (t) => {
  const { instances, policy } = await park(
    buildGuestFrom(`(module (memory (export "memory") 1) (func (export "wapc_init") (unreachable))
      (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))`),
  )
  for (let request = 0; request < 2; request++)
    t.throws(() => instances.use(policy.module, HOST, () => {}), { message: /guest failed in wapc_init/ })
})
