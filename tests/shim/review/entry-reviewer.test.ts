import { join } from 'node:path'
import t, { type Test } from 'tap'
import { entryPath } from '../../helpers/entries.ts'
import { buildAnsweringGuest, buildGuest } from '../../helpers/guests.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim, type TestPolicy } from '../../helpers/shim.ts'

const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const MUTATING = { allowedToMutate: true, mutates: 'metadata' }

function answering(answer: object, fields: object = {}): TestPolicy {
  return { guest: buildAnsweringGuest(JSON.stringify({ valid: true, ...answer })), rules: CONFIG_MAPS, ...fields }
}

/** A policy that leaves a ConfigMap with these labels. */
function labelling(labels: object, fields: object = {}): TestPolicy {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', labels },
    data: { colour: 'blue' },
  }
  return answering({ accepted: true, mutated_object: object }, { ...MUTATING, ...fields })
}

interface Response {
  readonly allowed: boolean
  readonly patch?: string
  readonly status?: { readonly message?: string; readonly code?: number }
  readonly warnings: readonly string[] | null
  readonly auditAnnotations: Readonly<Record<string, string>> | null
}

/** What an entry of these policies answers. */
async function ask(t: Test, policies: Readonly<Record<string, TestPolicy>>, entry: string, fields: object = {}) {
  const test = await startShim(t, policies)
  t.teardown(() => test[Symbol.asyncDispose]())
  const path = await entryPath(join(test.folder, 'policies.yml'), entry)
  const { status, text } = await test.call('POST', path, admissionReview(fields))
  const answer = JSON.parse(text) as { response: Response; message: string }
  const asked = test.logged.filter(({ message }) => message === 'allowed' || message === 'denied')
  return { status, ...answer, asked: asked.map(({ policyId }) => policyId).sort(), test }
}

function patchOf({ patch = '' }: Response): unknown {
  return patch === '' ? undefined : JSON.parse(Buffer.from(patch, 'base64').toString())
}

t.test('one answer for all: every denial by its policy, what they warn once, what they note apart', async (t) => {
  const { response, asked } = await ask(
    t,
    {
      a: answering({ accepted: false, message: 'no a', code: 418, warnings: ['careful', 'a'] }),
      b: answering({ accepted: true, warnings: ['careful'], audit_annotations: { 'x/y': '1', z: '2' } }),
      c: answering({ accepted: false, message: 'no c', code: 418 }),
    },
    'validate-1',
  )
  t.match(response, { allowed: false, status: { message: 'policy a: no a; policy c: no c', code: 418 } })
  t.strictSame(response.warnings, ['careful', 'a'])
  const { 'b.z': z, ...rest } = response.auditAnnotations ?? {}
  t.equal(z, '2')
  t.match(Object.keys(rest).join(), /^b\.x-y-[0-9a-f]{12}$/)
  t.strictSame(asked, ['a', 'b', 'c'])
})

t.test('only those policies are asked that the request concerns', async (t) => {
  const policies = {
    all: answering({ accepted: true }),
    other: answering({ accepted: false }, { rules: [{ ...CONFIG_MAPS[0], resources: ['secrets'] }] }),
    unlabelled: answering({ accepted: false }, { objectSelector: { matchLabels: { a: 'b' } } }),
    condition: answering(
      { accepted: false },
      { matchConditions: [{ name: 'bob', expression: 'request.userInfo.username == "bob"' }] },
    ),
  }
  const { response, asked } = await ask(t, policies, 'validate-1')
  t.equal(response.allowed, true)
  t.strictSame(asked, ['all'])
})

t.test('a condition that fails forbids, and with Ignore passes the policy over', async (t) => {
  const matchConditions = [{ name: 'fails', expression: 'object.missing.field == 1' }]
  const broken = (failurePolicy: string) => ({
    a: answering({ accepted: true }, { failurePolicy }),
    b: answering({ accepted: false }, { failurePolicy, matchConditions }),
  })
  const failing = await ask(t, broken('Fail'), 'validate-1')
  t.match(failing.response, { allowed: false, status: { code: 403, message: /^policy b: matchCondition fails: / } })
  const ignoring = await ask(t, broken('Ignore'), 'validate-1')
  t.equal(ignoring.response.allowed, true)
  t.strictSame(ignoring.asked, ['a'])
})

t.test('where the conditions of one fail none is asked, as the API server asks none', async (t) => {
  const fails = { matchConditions: [{ name: 'c', expression: 'object.data.none == ""' }] }
  const policies = { a: answering({ accepted: true, warnings: ['a'] }), b: answering({ accepted: true }, fails) }
  const { response, asked } = await ask(t, policies, 'validate-1')
  t.match(response, { allowed: false, status: { code: 403, message: /^policy b: matchCondition c: / } })
  t.strictSame([asked, response.warnings], [[], null])
})

t.test('a policy that cannot be asked leaves it to failurePolicy, unless another one denies', async (t) => {
  const missing = { guest: new Uint8Array(), rules: CONFIG_MAPS }
  const failing = await ask(t, { a: missing, b: answering({ accepted: true }) }, 'validate-1')
  t.equal(failing.status, 503)
  t.match(failing.message, /^policy a: policy a could not be loaded/)
  const denied = await ask(t, { a: missing, b: answering({ accepted: false, message: 'no' }) }, 'validate-1')
  t.match(denied.response, { allowed: false, status: { message: 'policy b: no' } })
  const ignored = await ask(
    t,
    {
      a: { ...missing, failurePolicy: 'Ignore' },
      b: answering({ accepted: true }, { failurePolicy: 'Ignore' }),
    },
    'validate-1',
  )
  t.equal(ignored.response.allowed, true)
})

t.test('mutating policies are asked in order, each about what the one before left', async (t) => {
  const { response, asked } = await ask(
    t,
    {
      a: labelling({ a: '1' }),
      b: labelling({ b: '2' }, { objectSelector: { matchLabels: { a: '1' } } }),
      c: labelling({ c: '3' }, { objectSelector: { matchLabels: { a: '1' } } }),
    },
    'mutate-1',
  )
  t.strictSame(asked, ['a', 'b'], 'the label that c asks for is gone by then')
  t.strictSame(patchOf(response), [
    { op: 'add', path: '/metadata/labels', value: { a: '1' } },
    { op: 'remove', path: '/metadata/labels/a' },
    { op: 'add', path: '/metadata/labels/b', value: '2' },
  ])
})

t.test('after a denial no other mutating policy is asked', async (t) => {
  const { response, asked } = await ask(
    t,
    {
      a: labelling({ a: '1' }),
      b: answering({ accepted: false, message: 'no' }, MUTATING),
      c: labelling({ c: '3' }),
    },
    'mutate-1',
  )
  t.match(response, { allowed: false, patch: undefined, status: { message: 'policy b: no' } })
  t.strictSame(asked, ['a', 'b'])
})

t.test('with IfNeeded those have another turn after whom the object changed', async (t) => {
  const again = { reinvocationPolicy: 'IfNeeded' }
  const { asked } = await ask(
    t,
    {
      a: answering({ accepted: true }, { ...MUTATING, ...again }),
      b: labelling({ b: '1' }, again),
      c: answering({ accepted: true }, { ...MUTATING, ...again }),
    },
    'mutate-1',
  )
  t.strictSame(asked, ['a', 'a', 'b', 'c'])
})

t.test('a policy that promised to change metadata only is held to it', async (t) => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'red' } }
  const liar = answering({ accepted: true, mutated_object: object }, MUTATING)
  const { response } = await ask(t, { a: liar, b: labelling({}) }, 'mutate-1')
  t.match(response, { allowed: false, status: { code: 500, message: /attempted to change \/data\/colour/ } })
})

t.test('an entry of one policy answers as the policy itself', async (t) => {
  const { response } = await ask(
    t,
    { a: answering({ accepted: false, message: 'no', audit_annotations: { k: 'v' } }) },
    'validate-1',
  )
  t.match(response, { allowed: false, status: { message: 'no' }, auditAnnotations: { k: 'v' } })
})

t.test('a set that is not there is no verdict, nor is an entry that the set does not have', async (t) => {
  await using test = await startShim(t, { a: { guest: buildGuest('accept'), rules: CONFIG_MAPS } })
  const unknown = await test.call('POST', `/combined/${'0'.repeat(32)}/validate-1`, admissionReview())
  t.equal(unknown.status, 503)
  t.match(unknown.text, 'is not here; the one in force is')
  const path = await entryPath(join(test.folder, 'policies.yml'), 'validate-2')
  t.match(await test.call('POST', path, admissionReview()), { status: 503, text: /has no entry validate-2/ })
})
