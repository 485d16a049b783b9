import t from 'tap'
import { parseRawReview } from '../../../../evaluator/admission-request.ts'
import { createRequest, evaluateLogged, validateSettingsLogged } from '../../../helpers/evaluations.ts'
import { buildRegoPolicy } from '../../../helpers/rego.ts'

t.test('the settings are the parameters, and the request is under review', async (t) => {
  const rego = 'package policy\nviolation contains {"msg": json.marshal(input)} if not data.inventory'
  const policy = await buildRegoPolicy('gatekeeper', rego, { settings: { labels: ['a'] } })
  const { response, message } = evaluateLogged(policy, createRequest('{"kind":"Pod"}'))
  const input = { parameters: { labels: ['a'] }, review: { uid: 'u1', object: { kind: 'Pod' } } }
  t.strictSame(JSON.parse(message ?? ''), input)
  t.equal(response.allowed, false)
})

t.test('without violations the request is allowed, else all their messages are the answer', async (t) => {
  const rego = `package policy
    violation contains {"msg": msg} if { some msg in input.review.object.says }
    violation contains {"details": {}} if input.review.object.silent`
  const policy = await buildRegoPolicy('gatekeeper', rego)
  const ask = (object: object) => evaluateLogged(policy, createRequest(JSON.stringify(object))).response
  const rest = { uid: 'u1', auditAnnotations: null, warnings: null }
  t.strictSame(ask({}), { ...rest, allowed: true })
  t.strictSame(ask({ says: ['one'] }), { ...rest, allowed: false, status: { message: 'one' } })
  // in the order in which the module gives its set
  t.match(ask({ says: ['b', 'a'] }), { ...rest, allowed: false, status: { message: /^(a, b|b, a)$/ } })
  t.strictSame(ask({ silent: true }), { ...rest, allowed: false, status: { message: '' } })
})

t.test('a result that is no list of violations denies', async (t) => {
  const policy = await buildRegoPolicy('gatekeeper', 'package policy\nviolation := input.review.object')
  for (const result of ['true', 'null', '{}', '"x"', '["x"]', '[{"msg":1}]', '[[]]', '[{"msg":"a"},1]']) {
    const { response } = evaluateLogged(policy, createRequest(result))
    const message = 'internal server error: cannot interpret Gatekeeper policy result'
    t.match(response, { allowed: false, status: { code: 500, message } }, result)
  }
  const undefinedResult = await buildRegoPolicy('gatekeeper', 'package policy\nviolation := [] if input.never')
  t.match(evaluateLogged(undefinedResult).response, { allowed: false, status: { code: 500 } })
})

t.test('raw requests are refused', async (t) => {
  const policy = await buildRegoPolicy('gatekeeper', 'package policy\nviolation := []')
  const { response } = evaluateLogged(policy, parseRawReview(Buffer.from('{"request":{"uid":"r1"}}')))
  const message = 'internal server error: Gatekeeper does not support raw validation requests'
  t.match(response, { uid: 'r1', allowed: false, status: { code: 500, message } })
})

t.test('settings are always valid', async (t) => {
  const policy = await buildRegoPolicy('gatekeeper', 'package policy\nviolation := []', { settings: { any: 'thing' } })
  t.strictSame(validateSettingsLogged(policy).verdict, { valid: true })
})

t.test('a policy that is to see the cluster does not judge without it', async (t) => {
  const contextAwareResources = [{ apiVersion: 'v1', kind: 'Namespace' }]
  const policy = await buildRegoPolicy('gatekeeper', 'package policy\nviolation := []', { contextAwareResources })
  const message = 'internal server error: kube::Client was not initialized properly'
  t.match(evaluateLogged(policy).response, { allowed: false, status: { code: 500, message } })
})
