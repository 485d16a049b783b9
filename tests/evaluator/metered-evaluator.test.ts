import t from 'tap'
import type { EvaluatedPolicy, PolicyLogLine } from '../../evaluator/evaluate.ts'
import { MeteredEvaluator } from '../../evaluator/metered-evaluator.ts'
import { createPolicy, createRequest, evaluateLogged } from '../helpers/evaluations.ts'
import { buildGuest, buildGuestFrom } from '../helpers/guests.ts'
import { buildOpaGuest } from '../helpers/opa-guest.ts'

const LIMITS = { fuel: 1_000_000, timeMs: 10_000 }

function ask(evaluator: MeteredEvaluator, policy: EvaluatedPolicy) {
  const lines: PolicyLogLine[] = []
  const response = evaluator.evaluate(policy, createRequest('{}'), (line) => lines.push(line))
  return { response, lines }
}

t.test('a guest that is done within its budget answers, and logs, as ever', async (t) => {
  const evaluator = new MeteredEvaluator(LIMITS)
  for (const name of ['accept', 'deny', 'host-call', 'mutate'] as const) {
    const policy = await createPolicy(buildGuest(name))
    const { response, lines } = evaluateLogged(policy)
    for (let time = 0; time < 3; time++) {
      t.strictSame(ask(evaluator, policy), { response, lines }, name)
      evaluator.clean()
    }
  }
})

t.test('a guest that is not gives no answer, and others go on', async (t) => {
  const evaluator = new MeteredEvaluator(LIMITS)
  const [loop, accept] = [await createPolicy(buildGuest('loop')), await createPolicy(buildGuest('accept'))]
  for (let time = 0; time < 3; time++) {
    t.strictSame(ask(evaluator, loop), { response: undefined, lines: [] })
    t.match(ask(evaluator, accept), { response: { allowed: true } })
    evaluator.clean()
  }
})

t.test('nor does one that fails: it may not in a thread of its own', async (t) => {
  for (const name of ['trap', 'stack-overflow', 'garbage'] as const)
    t.strictSame(ask(new MeteredEvaluator(LIMITS), await createPolicy(buildGuest(name))), {
      response: undefined,
      lines: [],
    })
})

const RESPOND = `(import "wapc" "__guest_response" (func $respond (param i32 i32)))
  (import "wapc" "__console_log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\\"accepted\\":true}")`

t.test('so does one that never starts, at whatever point', async (t) => {
  const answer =
    '(func (export "__guest_call") (param i32 i32) (result i32) (call $respond (i32.const 0) (i32.const 17)) (i32.const 1))'
  const evaluator = new MeteredEvaluator(LIMITS)
  for (const start of ['(start $loop) (func $loop (loop (br 0)))', '(func (export "wapc_init") (loop (br 0)))']) {
    const policy = await createPolicy(buildGuestFrom(`(module ${RESPOND} ${start} ${answer})`))
    t.strictSame(ask(evaluator, policy), { response: undefined, lines: [] }, start)
  }
})

t.test('what a guest has logged before it was stopped is not told: it will say it again elsewhere', async (t) => {
  const guest = buildGuestFrom(`(module ${RESPOND} (func (export "__guest_call") (param i32 i32) (result i32)
    (call $log (i32.const 0) (i32.const 17)) (loop (br 0)) (unreachable)))`)
  t.strictSame(ask(new MeteredEvaluator(LIMITS), await createPolicy(guest)), { response: undefined, lines: [] })
})

t.test('a guest that keeps its host at work is stopped by the clock, even if it catches what stops it', async (t) => {
  const guest = buildGuestFrom(`(module ${RESPOND} (func (export "__guest_call") (param i32 i32) (result i32)
    (call $log (i32.const 0) (i32.const 17))
    (try (do (call $log (i32.const 0) (i32.const 17))) (catch_all (nop)))
    (call $respond (i32.const 0) (i32.const 17)) (i32.const 1)))`)
  const policy = await createPolicy(guest)
  t.strictSame(ask(new MeteredEvaluator({ ...LIMITS, timeMs: 0 }), policy), { response: undefined, lines: [] })
  t.match(ask(new MeteredEvaluator(LIMITS), policy), { response: { allowed: true } })
})

t.test('of Rego, what calls no built-in of ours is taken, or only such as pay for what they take', async (t) => {
  const evaluator = new MeteredEvaluator(LIMITS)
  for (const [builtins, isTaken] of [
    ['{}', true],
    ['{"sprintf":1}', true],
    ['{"sprintf":1,"regex.replace":2}', false],
  ] as const) {
    const policy = await createPolicy(buildOpaGuest({ builtins }))
    t.match(evaluateLogged(policy).response, { allowed: true })
    t.equal(ask(evaluator, policy).response !== undefined, isTaken, builtins)
  }
})
