import t from 'tap'
import { parseRawReview } from '../../../../evaluator/admission-request.ts'
import type { AdmissionResponse } from '../../../../evaluator/admission-response.ts'
import { createPolicy, createRequest, evaluateLogged, validateSettingsLogged } from '../../../helpers/evaluations.ts'
import { buildAnsweringGuest } from '../../../helpers/guests.ts'

const answerWith = async (answer: object) => createPolicy(buildAnsweringGuest(JSON.stringify(answer)))

const OBJECT = '{"a":1,"list":[1,2]}'
const PLAIN = { uid: 'u1', allowed: true, auditAnnotations: null, warnings: null }

/** The response, its patch decoded. */
async function respond(answer: object, object: string | undefined = OBJECT) {
  return decode(evaluateLogged(await answerWith(answer), createRequest(object)).response)
}

function decode({ patch, ...response }: AdmissionResponse) {
  if (patch === undefined) return response
  return { ...response, patch: JSON.parse(Buffer.from(patch, 'base64').toString()) as unknown }
}

t.test('each field of the answer has its place in the response, which is complete as written here', async (t) => {
  const rows: [answer: object, response: object][] = [
    [{ accepted: true }, PLAIN],
    [{ accepted: false }, { ...PLAIN, allowed: false }],
    [
      { accepted: false, message: 'm' },
      { ...PLAIN, allowed: false, status: { message: 'm' } },
    ],
    [
      { accepted: false, message: '' },
      { ...PLAIN, allowed: false, status: { message: '' } },
    ],
    [
      { accepted: true, message: 'm' },
      { ...PLAIN, status: { message: 'm' } },
    ],
    [
      { accepted: false, code: 418 },
      { ...PLAIN, allowed: false, status: { code: 418 } },
    ],
    [
      { accepted: true, code: 0 },
      { ...PLAIN, status: { code: 0 } },
    ],
    [
      { accepted: false, code: 65535, message: 'm' },
      { ...PLAIN, allowed: false, status: { message: 'm', code: 65535 } },
    ],
    [
      { accepted: true, warnings: [] },
      { ...PLAIN, warnings: [] },
    ],
    [
      { accepted: true, warnings: ['w', 'x'] },
      { ...PLAIN, warnings: ['w', 'x'] },
    ],
    [
      { accepted: true, audit_annotations: { k: 'v' } },
      { ...PLAIN, auditAnnotations: { k: 'v' } },
    ],
    [
      { accepted: true, audit_annotations: {} },
      { ...PLAIN, auditAnnotations: {} },
    ],
    [{ accepted: true, message: null, code: null, mutated_object: null }, PLAIN],
    [{ accepted: true, warnings: null, audit_annotations: null }, PLAIN],
    // the names of the response are not those of the answer
    [{ accepted: true, mutatedObject: {}, auditAnnotations: { k: 'v' }, allowed: false, status: {}, uid: 'x' }, PLAIN],
  ]
  for (const [answer, response] of rows) t.strictSame(await respond(answer), response, JSON.stringify(answer))
})

t.test('a mutated object becomes a patch, denied or not, and none where nothing differs', async (t) => {
  const replace = [{ op: 'replace', path: '/a', value: 2 }]
  const rows: [answer: object, response: object][] = [
    [{ accepted: true, mutated_object: JSON.parse(OBJECT) }, PLAIN],
    [
      { accepted: true, mutated_object: { a: 2, list: [1, 2] } },
      { ...PLAIN, patchType: 'JSONPatch', patch: replace },
    ],
    [
      { accepted: false, mutated_object: { a: 2, list: [1, 2] } },
      { ...PLAIN, allowed: false, patchType: 'JSONPatch', patch: replace },
    ],
    [
      { accepted: true, mutated_object: { a: 1, list: [0, 2, 3] } },
      {
        ...PLAIN,
        patchType: 'JSONPatch',
        patch: [
          { op: 'replace', path: '/list/0', value: 0 },
          { op: 'add', path: '/list/2', value: 3 },
        ],
      },
    ],
    [
      { accepted: true, mutated_object: { 'b/c~d': true, list: [1] } },
      {
        ...PLAIN,
        patchType: 'JSONPatch',
        patch: [
          { op: 'remove', path: '/a' },
          { op: 'remove', path: '/list/1' },
          { op: 'add', path: '/b~1c~0d', value: true },
        ],
      },
    ],
  ]
  for (const [answer, response] of rows) {
    const found = await respond(answer)
    const inOrder = (it: object) => ({ ...it, ...('patch' in it && { patch: sort(it.patch) }) })
    t.strictSame(inOrder(found), inOrder(response), JSON.stringify(answer))
  }
})

// Operations of different members may come in any order.
const sort = (patch: unknown) => (patch as object[]).map((operation) => JSON.stringify(operation)).sort()

t.test('a mutation on DELETE, where there is no object, is a denial in these words', async (t) => {
  const message =
    'Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed'
  const policy = await answerWith({ accepted: true, mutated_object: {} })
  const { response } = evaluateLogged(policy, createRequest())
  t.strictSame(response, { ...PLAIN, allowed: false, status: { message } })
  t.strictSame(evaluateLogged(await answerWith({ accepted: true }), createRequest()).response, PLAIN)
})

t.test('of a raw request the whole is mutated, whatever it is', async (t) => {
  const mutate = await answerWith({ accepted: true, mutated_object: { uid: 'r1', size: 2 } })
  const { response } = evaluateLogged(mutate, parseRawReview(Buffer.from('{"request":{"uid":"r1","size":1}}')))
  t.strictSame(decode(response), {
    ...PLAIN,
    uid: 'r1',
    patchType: 'JSONPatch',
    patch: [{ op: 'replace', path: '/size', value: 2 }],
  })
})

t.test('an answer of another shape is a failure of the host to read it: code 500', async (t) => {
  for (const answer of [{}, { accepted: 1 }, { accepted: true, code: 65536 }, { accepted: true, warnings: [1] }, []]) {
    const { response } = evaluateLogged(await answerWith(answer))
    t.match(response, {
      allowed: false,
      status: { code: 500, message: /^internal server error: cannot deserialize policy validation response: / },
      auditAnnotations: null,
      warnings: null,
    })
    t.notOk('patch' in response)
  }
})

t.test('the answer to validate_settings', async (t) => {
  const rows: [answer: object, verdict: object][] = [
    [{ valid: true }, { valid: true }],
    [{ valid: true, message: null }, { valid: true }],
    [{ valid: false }, { valid: false }],
    [
      { valid: false, message: 'm' },
      { valid: false, message: 'm' },
    ],
    [
      { valid: true, message: 'm', later: 1 },
      { valid: true, message: 'm' },
    ],
    [{ valid: null }, { valid: false, message: 'error: cannot convert response: valid: is missing' }],
  ]
  for (const [answer, verdict] of rows) {
    t.strictSame(validateSettingsLogged(await answerWith(answer)).verdict, verdict, JSON.stringify(answer))
  }
})
