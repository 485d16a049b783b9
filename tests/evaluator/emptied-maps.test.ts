import t from 'tap'
import { toAdmissionResponse } from '../../evaluator/validation-response.ts'
import { createRequest } from '../helpers/evaluations.ts'

/** The JSON Patch for a policy that gives back this object. */
function patchOf(mutated: object, original: object): unknown {
  const answer = Buffer.from(JSON.stringify({ accepted: true, mutated_object: mutated }))
  const { patch } = toAdmissionResponse(answer, createRequest(JSON.stringify(original)))
  return patch === undefined ? undefined : JSON.parse(Buffer.from(patch, 'base64').toString())
}
const named = (fields: object) => ({ kind: 'Widget', metadata: { name: 'w', ...fields }, spec: {} })

t.test('labels and annotations go with the last of them', async (t) => {
  t.strictSame(patchOf(named({ labels: {} }), named({ labels: { a: 'b' } })), [
    { op: 'remove', path: '/metadata/labels' },
  ])
  t.strictSame(patchOf(named({ annotations: {} }), named({ annotations: { a: 'b' } })), [
    { op: 'remove', path: '/metadata/annotations' },
  ])
  t.strictSame(patchOf(named({ labels: { a: 'b' } }), named({ labels: { a: 'b', c: 'd' } })), [
    { op: 'remove', path: '/metadata/labels/c' },
  ])
})

t.test('an empty map where there was none is no change', async (t) => {
  t.equal(patchOf(named({ labels: {}, annotations: {} }), named({})), undefined)
  t.equal(patchOf(named({ labels: {} }), named({ labels: {} })), undefined)
})

t.test('other maps are left as the policy leaves them', async (t) => {
  t.strictSame(patchOf({ metadata: {}, data: {} }, { metadata: {}, data: { a: 'b' } }), [
    { op: 'remove', path: '/data/a' },
  ])
  t.strictSame(patchOf({ metadata: 'odd' }, { metadata: {} }), [{ op: 'replace', path: '/metadata', value: 'odd' }])
})
