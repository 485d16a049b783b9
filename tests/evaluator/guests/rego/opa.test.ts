import t from 'tap'
import { parseRawReview } from '../../../../evaluator/admission-request.ts'
import { createRequest, evaluateLogged, validateSettingsLogged } from '../../../helpers/evaluations.ts'
import { buildRegoPolicy } from '../../../helpers/rego.ts'

const respond = (response: string) => `package policy\nmain := {"response": ${response}}`
const UNREADABLE = 'internal server error: cannot interpret OPA policy result'
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

t.test('the request is the input, and the settings are the data', async (t) => {
  const rego = respond('{"allowed": false, "status": {"message": json.marshal([input, data.names, data.nested.deep])}}')
  const policy = await buildRegoPolicy('opa', rego, { settings: { names: ['a'], nested: { deep: 1 } } })
  const { message } = evaluateLogged(policy, createRequest('{"kind":"Pod"}'))
  t.strictSame(JSON.parse(message ?? ''), [{ request: { uid: 'u1', object: { kind: 'Pod' } } }, ['a'], 1])
})

t.test('the policy without settings sees empty data', async (t) => {
  const rego = 'package policy\nmain := {"response": {"allowed": true}} if not data.names'
  const policy = await buildRegoPolicy('opa', rego)
  t.match(evaluateLogged(policy).response, { allowed: true })
})

t.test('numbers reach the policy as they are written', async (t) => {
  const rego = respond(
    '{"allowed": input.request.object.n == 9007199254740993, "status": {"message": json.marshal(input)}}',
  )
  const policy = await buildRegoPolicy('opa', rego)
  const object = '{"n":9007199254740993,"m":123456789012345678901234567890,"f":0.10}'
  const { response, message } = evaluateLogged(policy, createRequest(object))
  t.equal(response.allowed, true)
  for (const number of ['9007199254740993', '123456789012345678901234567890', '0.10'])
    t.ok(message?.includes(number), number)
})

t.test('the response is the one that the policy returns, under the uid of the request', async (t) => {
  const patch = base64([{ op: 'add', path: '/metadata/labels/a', value: 'b' }])
  const rego = respond(`{
    "uid": "another", "allowed": false, "patch": "${patch}", "patchType": "JSONPatch",
    "status": {
      "status": "Failure", "message": "no", "reason": "Forbidden", "code": 403, "metadata": {},
      "details": {"name": "web", "kind": "pods", "causes": [{"reason": "r", "message": "m", "field": "f"}]},
    },
    "auditAnnotations": {"seen": "yes"}, "warnings": ["careful"], "unknown": 1,
  }`)
  t.strictSame(evaluateLogged(await buildRegoPolicy('opa', rego)).response, {
    uid: 'u1',
    allowed: false,
    patch,
    patchType: 'JSONPatch',
    status: {
      status: 'Failure',
      message: 'no',
      reason: 'Forbidden',
      details: { name: 'web', kind: 'pods', causes: [{ reason: 'r', message: 'm', field: 'f' }] },
      code: 403,
    },
    auditAnnotations: { seen: 'yes' },
    warnings: ['careful'],
  })
})

t.test('a response may say no more than that the request is allowed', async (t) => {
  const nothing = { uid: 'u1', allowed: true, auditAnnotations: null, warnings: null }
  const rego = respond('{"allowed": true, "patch": null, "status": null, "warnings": null}')
  t.strictSame(evaluateLogged(await buildRegoPolicy('opa', rego)).response, nothing)
  const empty = respond(`{"allowed": true, "patch": "${base64([])}", "patchType": "JSONPatch"}`)
  t.strictSame(evaluateLogged(await buildRegoPolicy('opa', empty)).response, nothing)
})

t.test('a result that is no AdmissionResponse is a failure, never an allow', async (t) => {
  const policy = await buildRegoPolicy('opa', 'package policy\nmain := input.request.object')
  const results = [
    '1',
    'null',
    '[]',
    '{}',
    '{"allowed":true}',
    '{"response":{}}',
    '{"response":[]}',
    '{"response":{"allowed":"true"}}',
    '{"response":{"allowed":1}}',
    '{"response":{"allowed":true,"uid":1}}',
    '{"response":{"allowed":true,"status":"no"}}',
    '{"response":{"allowed":true,"status":{"message":1}}}',
    '{"response":{"allowed":true,"status":{"code":"403"}}}',
    '{"response":{"allowed":true,"status":{"code":1.5}}}',
    '{"response":{"allowed":true,"status":{"details":{"causes":{}}}}}',
    '{"response":{"allowed":true,"auditAnnotations":{"a":1}}}',
    '{"response":{"allowed":true,"warnings":"careful"}}',
    '{"response":{"allowed":true,"warnings":[1]}}',
    '{"response":{"allowed":true,"patchType":"MergePatch"}}',
    '{"response":{"allowed":true,"patch":[]}}',
    '{"response":{"allowed":true,"patch":"[]"}}',
  ]
  for (const result of results) {
    const { response } = evaluateLogged(policy, createRequest(result))
    t.match(response, { uid: 'u1', allowed: false, status: { code: 500, message: UNREADABLE } }, result)
  }
})

t.test('an entry point without a value is a failure', async (t) => {
  const policy = await buildRegoPolicy(
    'opa',
    'package policy\nmain := {"response": {"allowed": true}} if input.request.never',
  )
  t.match(evaluateLogged(policy).response, { allowed: false, status: { code: 500, message: UNREADABLE } })
})

t.test('a patch is taken apart: what is none is a failure', async (t) => {
  const rego = respond('{"allowed": true, "patch": input.request.object.patch, "patchType": "JSONPatch"}')
  const policy = await buildRegoPolicy('opa', rego)
  const patchOf = (patch: string) => evaluateLogged(policy, createRequest(JSON.stringify({ patch }))).response
  const operations = [
    { op: 'test', path: '/a', value: null },
    { op: 'move', from: '/a', path: '/b' },
    { op: 'copy', from: '/b', path: '/c~0~1' },
    { op: 'remove', path: '/b' },
    { op: 'replace', path: '', value: { n: 1 } },
  ]
  // spaces would end up between the operations of other policies
  const spaced = Buffer.from(` ${JSON.stringify(operations, null, 2)} `).toString('base64')
  t.equal(patchOf(spaced).patch, base64(operations))
  const wrong = [
    {},
    ['x'],
    [{ op: 'add', path: '/a' }],
    [{ op: 'move', path: '/a' }],
    [{ op: 'append', path: '/a', value: 1 }],
    [{ op: 'remove', path: 'a' }],
    [{ op: 'remove', path: '/~2' }],
    [{ op: 'remove' }],
  ]
  for (const patch of wrong) t.match(patchOf(base64(patch)), { status: { message: UNREADABLE } }, JSON.stringify(patch))
  t.match(patchOf('no base64!'), { status: { message: UNREADABLE } })
  t.match(patchOf(Buffer.from('],[').toString('base64')), { status: { message: UNREADABLE } })
})

t.test('raw requests are handed over as they are', async (t) => {
  const policy = await buildRegoPolicy('opa', respond('{"allowed": input.request.user == "alice"}'))
  const raw = (user: string) => parseRawReview(Buffer.from(JSON.stringify({ request: { uid: 'r1', user } })))
  t.match(evaluateLogged(policy, raw('alice')).response, { uid: 'r1', allowed: true })
  t.match(evaluateLogged(policy, raw('bob')).response, { uid: 'r1', allowed: false })
})

t.test('settings are always valid', async (t) => {
  const policy = await buildRegoPolicy('opa', respond('{"allowed": true}'), { settings: { whatever: [1] } })
  t.strictSame(validateSettingsLogged(policy).verdict, { valid: true })
})

t.test('a policy that needs built-ins that nobody offers says which', async (t) => {
  const rego = respond('{"allowed": http.send(input).status_code == 200, "x": net.lookup_ip_addr("a")}')
  const policy = await buildRegoPolicy('opa', rego)
  const missing = 'Missing Rego builtins: http.send, net.lookup_ip_addr'
  t.match(validateSettingsLogged(policy).verdict, { valid: false, message: new RegExp(`${missing}$`) })
  t.match(evaluateLogged(policy).response, {
    allowed: false,
    status: { code: 500, message: new RegExp(`${missing}$`) },
  })
})

t.test('a policy that is to see the cluster does not judge without it', async (t) => {
  const contextAwareResources = [{ apiVersion: 'v1', kind: 'Namespace' }]
  const policy = await buildRegoPolicy('opa', respond('{"allowed": true}'), { contextAwareResources })
  const message = 'internal server error: kube::Client was not initialized properly'
  t.match(evaluateLogged(policy).response, { allowed: false, status: { code: 500, message } })
  t.strictSame(validateSettingsLogged(policy).verdict, { valid: true })
})

t.test('what a policy traces and prints is in its log', async (t) => {
  const policy = await buildRegoPolicy('opa', 'package policy\nmain := {"response": {"allowed": trace("looked")}}')
  const { response, lines } = evaluateLogged(policy)
  t.equal(response.allowed, true)
  t.match(lines, [{ level: 'info', message: 'looked' }])
})
