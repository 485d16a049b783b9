import t from 'tap'
import { toAdmissionResponse } from '../../evaluator/validation-response.ts'
import { createRequest } from '../helpers/evaluations.ts'

const respond = (answer: string, object: string | undefined = '{"a":1}') =>
  toAdmissionResponse(Buffer.from(answer), createRequest(object))
const patchOf = (answer: string, object?: string) =>
  Buffer.from(respond(answer, object).patch ?? '', 'base64').toString()

t.test('an accepted request is allowed; absent lists are null, as Kubewarden writes them', async (t) => {
  t.strictSame(respond('{"accepted":true}'), { uid: 'u1', allowed: true, auditAnnotations: null, warnings: null })
})

t.test('message and code become the status, even of an allowed request', async (t) => {
  t.strictSame(respond('{"accepted":false,"message":"no"}').status, { message: 'no' })
  t.strictSame(respond('{"accepted":false,"code":418}').status, { code: 418 })
  t.strictSame(respond('{"accepted":true,"message":"fine","code":200}'), {
    uid: 'u1',
    allowed: true,
    status: { message: 'fine', code: 200 },
    auditAnnotations: null,
    warnings: null,
  })
})

t.test('a denial without a code carries none', async (t) => {
  t.notOk('code' in (respond('{"accepted":false,"message":"no"}').status ?? {}))
  t.notOk('status' in respond('{"accepted":false}'))
})

t.test('warnings and audit annotations are passed on', async (t) => {
  const response = respond('{"accepted":true,"warnings":["a","b"],"audit_annotations":{"k":"v"}}')
  t.strictSame(response.warnings, ['a', 'b'])
  t.strictSame(response.auditAnnotations, { k: 'v' })
})

t.test('null is as good as absent, and unknown fields are ignored', async (t) => {
  const nulls = '"message":null,"code":null,"mutated_object":null,"audit_annotations":null,"warnings":null'
  t.strictSame(respond(`{"accepted":true,${nulls},"later":[1]}`, undefined), respond('{"accepted":true}'))
})

t.test('a mutated object becomes a JSON Patch in base64', async (t) => {
  const response = respond('{"accepted":true,"mutated_object":{"a":1,"b":[2]}}')
  t.equal(response.patchType, 'JSONPatch')
  t.equal(patchOf('{"accepted":true,"mutated_object":{"a":1,"b":[2]}}'), '[{"op":"add","path":"/b","value":[2]}]')
  t.match(response.patch, /^[A-Za-z0-9+/]+=*$/)
})

t.test('text outside ASCII survives the way through base64', async (t) => {
  t.equal(patchOf('{"accepted":true,"mutated_object":{"a":"💡 ü"}}'), '[{"op":"replace","path":"/a","value":"💡 ü"}]')
})

t.test('an object given back as it was is no mutation, however it is written', async (t) => {
  for (const mutated of ['{"a":1}', '{ "a" : 1.0 }', '{"\\u0061":1}']) {
    const response = respond(`{"accepted":true,"mutated_object":${mutated}}`)
    t.notOk('patch' in response)
    t.notOk('patchType' in response)
  }
})

t.test('the patch is made whether the request is accepted or not', async (t) => {
  t.match(respond('{"accepted":false,"mutated_object":{}}'), { allowed: false, patchType: 'JSONPatch' })
})

t.test('a mutation without an object to mutate is a denial', async (t) => {
  const message =
    'Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed'
  const response = toAdmissionResponse(
    Buffer.from('{"accepted":true,"code":200,"warnings":["w"],"mutated_object":{}}'),
    createRequest(),
  )
  t.strictSame(response, { uid: 'u1', allowed: false, status: { message }, auditAnnotations: null, warnings: null })
})

t.test('an answer that is no ValidationResponse is refused with its reason', async (t) => {
  const refused: Record<string, string> = {
    '': 'ends where a value should be',
    nope: 'byte 0 should be a value',
    '{"accepted":true} x': 'byte 18 should be the end',
    '[]': 'must be an object, but is a list',
    '{}': 'accepted: is missing',
    '{"accepted":null}': 'accepted: is missing',
    '{"accepted":"yes","message":1}':
      'accepted: must be true or false, but is a string; message: must be a string, but is a number',
    '{"accepted":true,"code":65536}': 'code: must be from 0 to 65535, but is 65536',
    '{"accepted":true,"code":-1}': 'code: must be from 0 to 65535, but is -1',
    '{"accepted":true,"code":1.5}': 'code: must be from 0 to 65535, but is 1.5',
    '{"accepted":true,"warnings":["a",1]}': 'warnings: must be a list of strings',
    '{"accepted":true,"warnings":{}}': 'warnings: must be a list, but is an object',
    '{"accepted":true,"audit_annotations":{"a":1}}': 'audit_annotations: must hold strings only',
  }
  for (const [answer, reason] of Object.entries(refused)) {
    const message = `cannot deserialize policy validation response: ${reason}`
    t.throws(() => respond(answer), { message }, answer)
  }
  t.throws(() => toAdmissionResponse(Uint8Array.of(0xff), createRequest('{}')), { message: /is not UTF-8$/ })
})

t.test('answers that would fill the heap or the stack are refused', async (t) => {
  const many = `{"accepted":true,"warnings":[${'"",'.repeat(500_000)}""]}`
  t.throws(() => respond(many), { message: /holds 500004 values, where 500000 are taken$/ })
  const deep = `{"accepted":true,"mutated_object":${'['.repeat(2000)}${']'.repeat(2000)}}`
  t.throws(() => respond(deep), { message: /goes deeper than 1000 levels/ })
})

t.test('annotations called like members of every object are passed on', async (t) => {
  const { auditAnnotations } = respond('{"accepted":true,"audit_annotations":{"__proto__":"p","constructor":"c"}}')
  t.equal(JSON.stringify(auditAnnotations), '{"__proto__":"p","constructor":"c"}')
})
