import t from 'tap'
import type { EvaluatedPolicy } from '../../../../evaluator/evaluate.ts'
import { MeteredEvaluator } from '../../../../evaluator/metered-evaluator.ts'
import { createRequest, evaluateLogged } from '../../../helpers/evaluations.ts'
import { buildGuest } from '../../../helpers/guests.ts'
import { compilePolicy } from '../../../helpers/policies.ts'
import { buildRegoPolicy } from '../../../helpers/rego.ts'
import { evaluate, startPool } from '../../../helpers/test-pool.ts'

/** The front's fuel; time does not matter, so that it is fuel alone that stops a guest. */
const LIMITS = { fuel: 4_000_000, timeMs: 60_000 }

/** A policy that allows, and says how long a text is. */
function buildMeasuring(text: string, more = ''): Promise<EvaluatedPolicy> {
  return buildRegoPolicy(
    'opa',
    `package policy
      main := {"response": {"allowed": true, "status": {"message": sprintf("%d", [count([text, other][0])])}}}
      default other := 0
      text := ${text}
      ${more}`,
    { memoryLimitBytes: 64 * 1024 * 1024 },
  )
}

/** A text that doubles so many times. */
function buildDoubling(times: number): Promise<EvaluatedPolicy> {
  const steps = Array.from({ length: times }, (_, i) => `t${i + 1} := sprintf("%s%s", [t${i}, t${i}])`)
  return buildMeasuring(`t${times}`, ['t0 := "0123456789"', ...steps].join('\n'))
}

const askInFront = (policy: EvaluatedPolicy, request = createRequest('{}')) =>
  new MeteredEvaluator(LIMITS).evaluate(policy, request, () => {})

t.test('what makes short texts is done in front', async (t) => {
  t.match(askInFront(await buildDoubling(3)), { status: { message: '80' } })
})

t.test('what makes a text twice as long again and again has no fuel left there, and a thread has', async (t) => {
  const policy = await buildDoubling(14)
  t.equal(askInFront(policy), undefined)
  t.equal(evaluateLogged(policy).message, String(10 * 2 ** 14))
})

/** What takes its host long and makes next to nothing: the guest itself has fuel enough. */
const HOSTILE = {
  'digits behind a point': { call: 'sprintf("%.9999g", [0.1])' },
  'as many as an argument says': { call: 'sprintf("%.*g", [9999, 0.1])' },
  'an exponent': { call: 'units.parse_bytes("1e-999999")' },
  'an argument that is read again and again': {
    call: 'sprintf(input.request.object.format, [input.request.object.text])',
    object: { text: 'a'.repeat(800), format: '%.0[1]s'.repeat(60) },
  },
  'many calls': { call: '[1 | some i in numbers.range(1, 100); semver.is_valid(sprintf("1.2.%d", [i]))]' },
}

for (const [what, { call, ...rest }] of Object.entries(HOSTILE)) {
  t.test(`${what}: stopped in front, answered by a thread`, async (t) => {
    const request = createRequest(JSON.stringify('object' in rest ? rest.object : {}))
    const policy = await buildMeasuring('[]', `other := ${call}`)
    t.equal(askInFront(policy, request), undefined)
    t.match(evaluateLogged(policy, request).response, { uid: 'u1', allowed: true })
  })
}

t.test('a policy that asks for too much costs its own request more, and others are answered', async (t) => {
  const accept = await compilePolicy('accept', buildGuest('accept'))
  const greedy = { ...(await buildDoubling(30)), id: 'greedy' }
  await using test = await startPool([accept, greedy], { workers: 1, evaluatesInFront: true })
  const asked = evaluate(test.pool, greedy)
  t.equal(test.pool.stats.busy, 1, 'the front has given it up before it gives back the promise')
  t.match(await evaluate(test.pool, accept), { kind: 'answered', value: { allowed: true } })
  t.match(await asked, { kind: 'answered', value: { allowed: false, status: { code: 500 } } })
})
