import t from 'tap'
import type { AdmissionResponse } from '../../evaluator/admission-response.ts'
import { applyPolicyMode, type PolicyModeOptions } from '../../evaluator/policy-mode.ts'

const PROTECT: PolicyModeOptions = { id: 'p', mode: 'protect', allowedToMutate: false }
const SILENT = { auditAnnotations: null, warnings: null }
const ALLOWED: AdmissionResponse = { uid: 'u', allowed: true, ...SILENT }
const DENIED: AdmissionResponse = { uid: 'u', allowed: false, status: { message: 'no', code: 403 }, ...SILENT }
const MUTATED: AdmissionResponse = {
  uid: 'u',
  allowed: true,
  patch: 'W10=',
  patchType: 'JSONPatch',
  auditAnnotations: { a: 'b' },
  warnings: ['w'],
}
const NOT_ALLOWED_TO_MUTATE =
  'Request rejected by policy p. The policy attempted to mutate the request, but it is currently configured to not allow mutations.'

t.test('a protecting policy decides as it did', async (t) => {
  for (const response of [ALLOWED, DENIED]) t.strictSame(applyPolicyMode(response, PROTECT), response)
})

t.test(
  'a monitoring policy allows everything, changes nothing, and keeps what it said beside the verdict',
  async (t) => {
    const monitor = (response: AdmissionResponse) =>
      applyPolicyMode(response, { ...PROTECT, mode: 'monitor', message: 'm' })
    t.strictSame(monitor(DENIED), ALLOWED)
    t.strictSame(monitor(MUTATED), { uid: 'u', allowed: true, auditAnnotations: { a: 'b' }, warnings: ['w'] })
  },
)

t.test('a policy that may not mutate is denied when it does', async (t) => {
  t.strictSame(applyPolicyMode(MUTATED, PROTECT), {
    uid: 'u',
    allowed: false,
    status: { message: NOT_ALLOWED_TO_MUTATE },
    auditAnnotations: { a: 'b' },
    warnings: ['w'],
  })
})

t.test('a policy that may mutate does', async (t) => {
  t.strictSame(applyPolicyMode(MUTATED, { ...PROTECT, allowedToMutate: true }), MUTATED)
})

t.test("the operator's message replaces the policy's on denial, which becomes the cause; the code stays", async (t) => {
  t.strictSame(applyPolicyMode(DENIED, { ...PROTECT, message: 'ask kim' }), {
    ...DENIED,
    status: { code: 403, message: 'ask kim', details: { causes: [{ message: 'no' }] } },
  })
})

t.test('a denial without words gets the message and no cause', async (t) => {
  const silent = { uid: 'u', allowed: false, ...SILENT }
  t.strictSame(applyPolicyMode(silent, { ...PROTECT, message: 'ask kim' }), {
    ...silent,
    status: { message: 'ask kim' },
  })
})

t.test('causes that are there already are kept', async (t) => {
  const status = { message: 'no', details: { name: 'n', causes: [{ field: 'f' }] } }
  t.strictSame(applyPolicyMode({ ...DENIED, status }, { ...PROTECT, message: 'ask kim' }).status, {
    message: 'ask kim',
    details: { name: 'n', causes: [{ field: 'f' }, { message: 'no' }] },
  })
})

t.test('an allowed request keeps its own message', async (t) => {
  const response = { ...ALLOWED, status: { message: 'fine' } }
  t.strictSame(applyPolicyMode(response, { ...PROTECT, message: 'ask kim' }), response)
})

t.test('a refused mutation is a denial, and gets the message too', async (t) => {
  t.match(applyPolicyMode(MUTATED, { ...PROTECT, message: 'ask kim' }).status, {
    message: 'ask kim',
    details: { causes: [{ message: NOT_ALLOWED_TO_MUTATE }] },
  })
})
