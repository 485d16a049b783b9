import fc from 'fast-check'
import t from 'tap'
import { parseAdmissionReview, parseRawReview } from '../../evaluator/admission-request.ts'
import { MINIMAL_REQUEST, reviewOf } from '../helpers/admission-review.ts'
import { jsonText } from '../helpers/json-text.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

const FULL_REQUEST = {
  uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  resource: { group: 'apps', version: 'v1', resource: 'deployments' },
  subResource: 'scale',
  requestKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  requestResource: { group: 'apps', version: 'v1', resource: 'deployments' },
  requestSubResource: 'scale',
  name: 'web',
  namespace: 'shop',
  operation: 'UPDATE',
  userInfo: { username: 'kim', uid: '014', groups: ['system:authenticated'], extra: { scopes: ['openid'] } },
  object: { kind: 'Scale' },
  oldObject: { kind: 'Scale', spec: {} },
  dryRun: true,
  options: { kind: 'UpdateOptions' },
}

t.test('a whole request reaches the guest whole, and its attributes reach routing', async (t) => {
  const parsed = parseAdmissionReview(reviewOf(FULL_REQUEST))
  t.strictSame(JSON.parse(text(parsed.json)), FULL_REQUEST)
  t.equal(parsed.uid, FULL_REQUEST.uid)
  t.strictSame(parsed.attributes, {
    operation: 'UPDATE',
    kind: FULL_REQUEST.kind,
    resource: FULL_REQUEST.resource,
    subResource: 'scale',
    requestKind: FULL_REQUEST.requestKind,
    requestResource: FULL_REQUEST.requestResource,
    name: 'web',
    namespace: 'shop',
    dryRun: true,
    userName: 'kim',
  })
})

t.test('optional fields that are absent or null reach neither', async (t) => {
  const nulls = {
    name: null,
    namespace: null,
    subResource: null,
    object: null,
    oldObject: null,
    dryRun: null,
    options: null,
  }
  for (const request of [MINIMAL_REQUEST, { ...MINIMAL_REQUEST, ...nulls }]) {
    const parsed = parseAdmissionReview(reviewOf(request))
    t.strictSame(JSON.parse(text(parsed.json)), MINIMAL_REQUEST)
    t.equal(parsed.object, undefined)
    const { operation, kind, resource } = MINIMAL_REQUEST
    t.strictSame(parsed.attributes, { operation, kind, resource })
  }
})

t.test('fields that Kubewarden does not know are left out, at every level', async (t) => {
  const request = {
    ...MINIMAL_REQUEST,
    later: 1,
    user_info: {},
    kind: { ...MINIMAL_REQUEST.kind, later: 1 },
    userInfo: { username: 'kim', later: 1 },
  }
  t.strictSame(JSON.parse(text(parseAdmissionReview(reviewOf(request)).json)), {
    ...MINIMAL_REQUEST,
    userInfo: { username: 'kim' },
  })
})

t.test('values reach the guest byte for byte', async (t) => {
  const object =
    '{ "big" : 12345678901234567890, "float":1.0,"exp": 1E2 , "text":"\\u00e9\\/ é", "twice":1, "twice":2 }'
  const body = JSON.stringify({ request: { ...MINIMAL_REQUEST, object: 0 } }).replace(
    '"object":0',
    `"object":${object}`,
  )
  const parsed = parseAdmissionReview(Buffer.from(body))
  t.ok(parsed.object)
  if (parsed.object) t.equal(text(parsed.json.subarray(parsed.object.start, parsed.object.end)), object)
})

t.test('any JSON as object, old object or options comes out as it went in', async () => {
  fc.assert(
    fc.property(jsonText(), jsonText(), (object, options) => {
      const { operation, ...rest } = MINIMAL_REQUEST
      const members = JSON.stringify(rest).slice(1, -1)
      const body = `{"request":{${members},"object":${object},"options":${options},"operation":"${operation}"}}`
      const parsed = parseAdmissionReview(Buffer.from(body))
      const found = parsed.object && text(parsed.json.subarray(parsed.object.start, parsed.object.end))
      const { options: seen } = JSON.parse(text(parsed.json))
      const isNull = object.trim() === 'null'
      return (
        found === (isNull ? undefined : object.trim()) &&
        JSON.stringify(seen) === (options.trim() === 'null' ? undefined : JSON.stringify(JSON.parse(options)))
      )
    }),
    { numRuns: 500 },
  )
})

t.test('of fields given twice, routing and guest see the same one: the last', async (t) => {
  const body = `{"request":{"uid":"first"},"request":{
    "uid":"a", "u\\u0069d":"b", "namespace":"open", "namespace":"closed", "operation":"DELETE", "operation":"CREATE",
    "kind":{"group":"","group":"apps","version":"v1","kind":"Pod","kind":"Deployment"},
    "resource":{"group":"apps","version":"v1","resource":"pods","resource":"deployments"},
    "userInfo":{"username":"root","username":"kim"}, "userInfo":{"username":"lee","username":"sam"},
    "object":{"a":1},"object":{"a":2}}}`
  const { uid, attributes, json, object } = parseAdmissionReview(Buffer.from(body))
  const guest = JSON.parse(text(json))
  t.match({ uid, ...attributes }, { uid: 'b', namespace: 'closed', operation: 'CREATE', userName: 'sam' })
  t.strictSame([attributes.kind.kind, attributes.kind.group], ['Deployment', 'apps'])
  t.match(guest, { uid, namespace: 'closed', operation: 'CREATE', userInfo: { username: 'sam' } })
  t.strictSame([guest.kind, guest.resource], [attributes.kind, attributes.resource])
  t.ok(object)
  if (object) t.equal(text(json.subarray(object.start, object.end)), '{"a":2}')
  for (const name of ['uid', 'namespace', 'operation', 'kind', 'username', 'object']) {
    t.equal(text(json).split(`"${name}":`).length, name === 'kind' ? 3 : 2, `${name} is there once`)
  }
})

t.test('in whatever order and with whatever between them fields come, the guest sees the same request', async (t) => {
  const space = fc.constantFrom('', '', '', ' ', '\n  ')
  const disguise = fc.record({ isFirst: fc.boolean(), isEscaped: fc.boolean(), before: space, after: space })
  const names = Object.keys(FULL_REQUEST)
  const extra = fc.constantFrom('', '"uid":"another",', '"later":{"uid":1},', '"name":null,')
  fc.assert(
    fc.property(fc.array(disguise, { minLength: names.length, maxLength: names.length }), extra, (disguises, extra) => {
      const fields = Object.entries(FULL_REQUEST).map(([name, value], index) => {
        const { isFirst, isEscaped, before, after } = disguises[index] as (typeof disguises)[number]
        const spelled = isEscaped ? `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}` : name
        return { isFirst, text: `${before}"${spelled}"${after}:${JSON.stringify(value)}` }
      })
      const sorted = [...fields.filter(({ isFirst }) => isFirst), ...fields.filter(({ isFirst }) => !isFirst)]
      const request = `{${extra}${sorted.map(({ text }) => text).join(',')}}`
      const { json, object } = parseAdmissionReview(Buffer.from(`{"request":${request}}`))
      t.equal(text(json), JSON.stringify(FULL_REQUEST))
      t.equal(text(json.subarray(object?.start, object?.end)), JSON.stringify(FULL_REQUEST.object))
    }),
  )
})

t.test('a last value of null takes a field away', async (t) => {
  const body = text(reviewOf({ ...MINIMAL_REQUEST, namespace: 'open' })).replace('"open"', '"open","namespace":null')
  const { attributes, json } = parseAdmissionReview(Buffer.from(body))
  t.equal(attributes.namespace, undefined)
  t.notMatch(text(json), 'namespace')
})

t.test('a body that is no JSON is malformed', async (t) => {
  for (const body of ['', '{', 'null,', '{"request":{}', '{"request":nul}']) {
    t.throws(() => parseAdmissionReview(Buffer.from(body)), { code: 'ERR_REQUEST_MALFORMED' }, body)
    t.throws(() => parseRawReview(Buffer.from(body)), { code: 'ERR_REQUEST_MALFORMED' }, body)
  }
  t.throws(() => parseAdmissionReview(Buffer.from('{"request":]}')), {
    message: 'the request is not JSON: byte 11 should be a value',
  })
})

t.test('JSON of another shape is invalid, and the message names each field', async (t) => {
  const invalid: [body: unknown, message: string][] = [
    [[], 'must be an object, but is a list'],
    [null, 'must be an object, but is null'],
    [{}, 'request: is missing'],
    [{ request: null }, 'request: is missing'],
    [{ request: 'x' }, 'request: must be an object, but is a string'],
    [{ request: { ...MINIMAL_REQUEST, uid: 7 } }, 'request.uid: must be a string, but is a number'],
    [{ request: { ...MINIMAL_REQUEST, uid: null } }, 'request.uid: is missing'],
    [{ request: { ...MINIMAL_REQUEST, dryRun: 'no' } }, 'request.dryRun: must be true or false, but is a string'],
    [
      { request: { ...MINIMAL_REQUEST, userInfo: { groups: 'a' } } },
      'request.userInfo.groups: must be a list, but is a string',
    ],
    [
      { request: { kind: { group: '' }, resource: [] } },
      [
        '6 problems:',
        '  request.uid: is missing',
        '  request.kind.version: is missing',
        '  request.kind.kind: is missing',
        '  request.resource: must be an object, but is a list',
        '  request.operation: is missing',
        '  request.userInfo: is missing',
      ].join('\n'),
    ],
  ]
  for (const [body, message] of invalid) {
    const bytes = Buffer.from(JSON.stringify(body))
    t.throws(() => parseAdmissionReview(bytes), { code: 'ERR_REQUEST_INVALID', message })
  }
})

t.test('the result owns its bytes, so that they can be handed to a thread', async (t) => {
  const body = reviewOf(FULL_REQUEST)
  const { json } = parseAdmissionReview(body)
  t.equal(json.buffer.byteLength, json.byteLength)
  const before = text(json)
  body.fill(0)
  t.equal(text(json), before)
  t.doesNotThrow(() => structuredClone(json, { transfer: [json.buffer] }))
})

t.test('a raw request is passed on as it is, whatever it is', async (t) => {
  for (const request of ['{"uid":"u7","any": 1.0}', '[1, 2]', '"text"', '1e2', 'null']) {
    const parsed = parseRawReview(Buffer.from(`{"request": ${request} , "other":{}}`))
    t.equal(text(parsed.json), request)
    t.strictSame(parsed.object, { start: 0, end: request.length })
    t.equal(parsed.uid, request.includes('u7') ? 'u7' : '')
  }
  t.equal(parseRawReview(Buffer.from('{"request":{"uid":7}}')).uid, '')
})

t.test('a raw review without a request is invalid', async (t) => {
  for (const body of ['{}', '[]', '7']) {
    t.throws(() => parseRawReview(Buffer.from(body)), { code: 'ERR_REQUEST_INVALID' }, body)
  }
  t.throws(() => parseRawReview(Buffer.from('{}')), { message: 'request: is missing' })
})

t.test('a review of another version or kind is refused; one that does not say is taken', async (t) => {
  const review = (identity: object) => Buffer.from(JSON.stringify({ ...identity, request: MINIMAL_REQUEST }))
  for (const identity of [
    {},
    { apiVersion: '', kind: '' },
    { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
  ]) {
    t.equal(parseAdmissionReview(review(identity)).uid, MINIMAL_REQUEST.uid)
  }
  t.throws(() => parseAdmissionReview(review({ apiVersion: 'admission.k8s.io/v1beta1', kind: 'TokenReview' })), {
    code: 'ERR_REQUEST_INVALID',
    message:
      '2 problems:\n  apiVersion: is "admission.k8s.io/v1beta1", must be admission.k8s.io/v1\n' +
      '  kind: is "TokenReview", must be AdmissionReview',
  })
})

t.test('where labels stand is told as the guest sees the request, whatever came between and in which order', (t) => {
  const { json, labelSpans } = parseAdmissionReview(
    reviewOf({
      oldObject: { metadata: { labels: { a: 'old' } } },
      unknown: 'to guests',
      ...MINIMAL_REQUEST,
      object: { kind: 'Thing', metadata: { name: 'x', labels: { a: 'ü', b: '2' } } },
    }),
  )
  const textAt = (span: { readonly start: number; readonly end: number } | undefined) =>
    text(json.subarray(span?.start, span?.end))
  t.equal(textAt(labelSpans.object?.labels), '{"a":"ü","b":"2"}')
  t.equal(textAt(labelSpans.oldObject?.labels), '{"a":"old"}')
  const without = parseAdmissionReview(reviewOf({ ...MINIMAL_REQUEST, object: { metadata: {} }, oldObject: null }))
  t.strictSame(without.labelSpans, { object: { labels: undefined }, oldObject: undefined })
  t.end()
})
