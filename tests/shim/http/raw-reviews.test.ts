import t from 'tap'
import { buildAnsweringGuest, buildGuest, MINIMAL_METADATA } from '../../helpers/guests.ts'
import { startShim } from '../../helpers/shim.ts'

const RAW = { ...MINIMAL_METADATA, policyType: 'raw' }

t.test('any JSON is a raw request; its uid is what it says, if that is a text, and otherwise empty', async (t) => {
  await using test = await startShim(t, { p: { guest: buildGuest('accept', RAW) } })
  for (const [request, uid] of [
    ['{"uid":"1","user":"alice"}', '1'],
    ['{"uid":7}', ''],
    ['{}', ''],
    ['[1,2]', ''],
    ['"text"', ''],
    ['null', ''],
    ['12345678901234567890', ''],
  ] as const) {
    const { status, headers, text } = await test.call('POST', '/validate_raw/p', `{"request":${request}}`)
    t.equal(status, 200, request)
    t.equal(headers['content-type'], 'application/json')
    const response = { uid, allowed: true, auditAnnotations: null, warnings: null }
    t.strictSame(JSON.parse(text), { response }, 'without kind and apiVersion')
  }
})

t.test('the guest is given the request as it was sent, and its settings', async (t) => {
  await using test = await startShim(t, { p: { guest: buildGuest('echo', RAW), settings: { a: 1 } } })
  const { text } = await test.call('POST', '/validate_raw/p', '{"other": 1, "request": {"n": 1.0, "x":[ 1 ]}}')
  t.match(
    JSON.parse(text).response.status.message,
    /validate \{"request":\{"n": 1\.0, "x":\[ 1 \]\},"settings":\{"a":1\}\}/,
  )
})

t.test('a patch is against the whole request', async (t) => {
  const mutated = { user: 'alice', limits: { cpu: 2 } }
  const guest = buildAnsweringGuest(JSON.stringify({ valid: true, accepted: true, mutated_object: mutated }), RAW)
  await using test = await startShim(t, { p: { guest, allowedToMutate: true }, q: { guest } })
  const { response } = JSON.parse((await test.call('POST', '/validate_raw/p', '{"request":{"user":"bob"}}')).text)
  t.match(response, { uid: '', allowed: true, patchType: 'JSONPatch' })
  t.strictSame(JSON.parse(Buffer.from(response.patch, 'base64').toString()), [
    { op: 'replace', path: '/user', value: 'alice' },
    { op: 'add', path: '/limits', value: { cpu: 2 } },
  ])
  const { text } = await test.call('POST', '/validate_raw/q', '{"request":{"user":"bob"}}')
  t.match(JSON.parse(text), { response: { allowed: false, status: { message: /^Request rejected by policy q\. / } } })
})

t.test('a raw policy with rules is not served: an API server would send it what it does not understand', async (t) => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  await using test = await startShim(t, { p: { guest: buildGuest('accept', RAW), rules } })
  const { status, text } = await test.call('POST', '/validate_raw/p', '{"request":1}')
  t.equal(status, 503)
  t.match(JSON.parse(text), { message: /^policy p could not be loaded: p is for raw requests \(policyType: raw\)/ })
})
