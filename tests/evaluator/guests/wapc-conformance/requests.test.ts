import t from 'tap'
import type { EvaluationRequest } from '../../../../evaluator/admission-request.ts'
import { parseAdmissionReview, parseRawReview } from '../../../../evaluator/admission-request.ts'
import { MINIMAL_REQUEST, reviewOf } from '../../../helpers/admission-review.ts'
import { createPolicy, evaluateLogged, validateSettingsLogged } from '../../../helpers/evaluations.ts'
import { buildGuest } from '../../../helpers/guests.ts'

const policy = await createPolicy(buildGuest('echo'), { settings: { a: null } })

/** What the guest is given as `request`, its settings beside it. */
function received(request: EvaluationRequest): string {
  const { message = '' } = evaluateLogged(policy, request)
  const [, text = ''] = /Guest call failure: validate \{"request":(.*),"settings":\{"a":null\}\}$/s.exec(message) ?? []
  return text
}

const deliver = (request: object) => JSON.parse(received(parseAdmissionReview(reviewOf(request)))) as unknown

// The optional fields, each with a value that must arrive as it is.
const OPTIONAL: Readonly<Record<string, unknown>> = {
  subResource: 'scale',
  requestKind: { group: 'apps', version: 'v1beta1', kind: 'Deployment' },
  requestResource: { group: 'apps', version: 'v1beta1', resource: 'deployments' },
  requestSubResource: 'scale',
  name: 'web',
  namespace: 'default',
  object: { apiVersion: 'apps/v1', spec: { replicas: null, list: [null, {}, []] } },
  oldObject: { metadata: null },
  dryRun: false,
  options: { kind: 'CreateOptions', fieldManager: null },
}

t.test('the fields that must be there are delivered', async (t) => {
  t.strictSame(deliver(MINIMAL_REQUEST), MINIMAL_REQUEST)
  for (const operation of ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'])
    t.strictSame(deliver({ ...MINIMAL_REQUEST, operation }), { ...MINIMAL_REQUEST, operation })
})

t.test('each optional field is delivered if it is there, and left out if it is null', async (t) => {
  for (const [name, value] of Object.entries(OPTIONAL)) {
    t.strictSame(deliver({ ...MINIMAL_REQUEST, [name]: value }), { ...MINIMAL_REQUEST, [name]: value }, name)
    t.strictSame(deliver({ ...MINIMAL_REQUEST, [name]: null }), MINIMAL_REQUEST, `${name} of null`)
  }
  t.strictSame(deliver({ ...MINIMAL_REQUEST, ...OPTIONAL }), { ...MINIMAL_REQUEST, ...OPTIONAL })
})

t.test('so are the fields of the user', async (t) => {
  const userInfo = { username: 'alice', uid: '7', groups: ['dev'], extra: { scopes: ['a', 'b'] } }
  t.strictSame(deliver({ ...MINIMAL_REQUEST, userInfo }), { ...MINIMAL_REQUEST, userInfo })
  const nulls = { username: null, uid: null, groups: null, extra: null }
  t.strictSame(deliver({ ...MINIMAL_REQUEST, userInfo: nulls }), MINIMAL_REQUEST)
})

t.test('fields that Kubewarden does not know vanish, but within objects and options', async (t) => {
  const unknown = {
    ...MINIMAL_REQUEST,
    kind: { ...MINIMAL_REQUEST.kind, later: 1 },
    resource: { ...MINIMAL_REQUEST.resource, later: 1 },
    userInfo: { later: 1 },
    later: 1,
    object: { later: 1 },
    options: { later: 1 },
  }
  t.strictSame(deliver(unknown), { ...MINIMAL_REQUEST, object: { later: 1 }, options: { later: 1 } })
})

t.test('a request without a field that must be there reaches no guest', async (t) => {
  const missing: [request: object, problem: string][] = Object.keys(MINIMAL_REQUEST).map((name) => [
    { ...MINIMAL_REQUEST, [name]: undefined },
    `${name}: is missing`,
  ])
  for (const [name, part] of Object.entries({ kind: MINIMAL_REQUEST.kind, resource: MINIMAL_REQUEST.resource }))
    for (const field of Object.keys(part))
      missing.push([{ ...MINIMAL_REQUEST, [name]: { ...part, [field]: undefined } }, `${name}.${field}: is missing`])
  t.equal(missing.length, 11)
  for (const [request, problem] of missing)
    t.throws(() => parseAdmissionReview(reviewOf(request)), { code: 'ERR_REQUEST_INVALID', message: problem }, problem)
})

t.test('a raw request is delivered as it was written, and gives the response its uid if it has one', async (t) => {
  const requests: [text: string, uid: string][] = [
    ['{"uid":"r1", "later": 1.0}', 'r1'],
    ['{"uid":7}', ''],
    ['{}', ''],
    ['[1, null]', ''],
    ['"text"', ''],
    ['12345678901234567890', ''],
  ]
  for (const [text, uid] of requests) {
    const request = parseRawReview(Buffer.from(`{"request": ${text} }`))
    t.equal(received(request), text)
    t.equal(evaluateLogged(policy, request).response.uid, uid, text)
  }
})

t.test('settings are delivered as they are, by themselves too', async (t) => {
  for (const settings of [{}, { list: [1, 'ä'], none: null }]) {
    const asked = await createPolicy(buildGuest('echo'), { settings })
    t.ok(evaluateLogged(asked).message?.endsWith(`"settings":${JSON.stringify(settings)}}`))
    t.ok(validateSettingsLogged(asked).verdict.valid)
  }
})
