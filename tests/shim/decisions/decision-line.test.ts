import t from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import type { Decision } from '../../../shim/decisions/decision.ts'
import { toDecisionLine } from '../../../shim/decisions/decision-line.ts'
import { admissionReview } from '../../helpers/policies.ts'

const AT = new Date('2026-11-27T12:00:00.123Z')

function decisionOn(request: object, fields: Partial<Decision> = {}): Decision {
  const { uid, attributes } = parseAdmissionReview(admissionReview(request))
  return { at: AT, origin: 'validate', uid, attributes, policies: [], allowed: true, micros: 420, ...fields }
}

const read = (decision: Decision) => JSON.parse(toDecisionLine(decision))

t.test('a line says who asked for what, as the client named it, and how long the answer took', async (t) => {
  const request = {
    subResource: 'scale',
    requestKind: { group: 'apps', version: 'v1beta1', kind: 'Deployment' },
    requestResource: { group: 'apps', version: 'v1beta1', resource: 'deployments' },
    dryRun: true,
  }
  t.strictSame(read(decisionOn(request, { policies: [{ id: 'p', allowed: true, micros: 400 }] })), {
    timestamp: '2026-11-27T12:00:00.123Z',
    origin: 'validate',
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    user: 'alice',
    operation: 'CREATE',
    apiGroup: 'apps',
    apiVersion: 'v1beta1',
    resource: 'deployments',
    subresource: 'scale',
    kind: 'Deployment',
    namespace: 'default',
    name: 'settings',
    dryRun: true,
    policies: [{ id: 'p', allowed: true, micros: 400 }],
    allowed: true,
    micros: 420,
  })
})

t.test('of the object nothing is written down, nor are the groups of whoever asks', async (t) => {
  const line = toDecisionLine(
    decisionOn({ userInfo: { username: 'alice', groups: ['staff'] }, object: { data: { colour: 'blue' } } }),
  )
  t.notMatch(line, /blue|colour|staff/)
})

t.test('messages about credentials are replaced, all of them', async (t) => {
  const reason = 'the password is hunter2'
  const denied = {
    allowed: false,
    code: 400,
    reason,
    policies: [{ id: 'p', allowed: false, code: 400, reason, causes: [{ field: 'f', reason }], micros: 1 }],
  }
  const resource = (group: string, name: string) => ({ resource: { group, version: 'v1', resource: name } })
  const asked = { requestResource: { group: '', version: 'v1', resource: 'secrets' } }
  for (const request of [
    resource('', 'secrets'),
    asked,
    { ...resource('', 'serviceaccounts'), subResource: 'token' },
    resource('authentication.k8s.io', 'tokenreviews'),
  ]) {
    const line = toDecisionLine(decisionOn(request, denied))
    t.notMatch(line, 'hunter2', JSON.stringify(request))
    t.match(JSON.parse(line), { code: 400, reason: '(redacted)', policies: [{ id: 'p', reason: '(redacted)' }] })
  }
  for (const request of [
    resource('', 'configmaps'),
    resource('example.com', 'secrets'),
    resource('', 'serviceaccounts'),
  ])
    t.match(read(decisionOn(request, denied)), { reason, policies: [{ reason }] }, JSON.stringify(request))
})

t.test('whatever is in a name, a decision is one line, and of bounded length', async (t) => {
  const name = `a\n\u2028{"allowed":false}\u009b31m${'x'.repeat(5000)}`
  const line = toDecisionLine(decisionOn({ name, userInfo: { username: `\r${'u'.repeat(5000)}` } }))
  t.equal(line.indexOf('\n'), line.length - 1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  t.notMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
  t.ok(line.length < 3000)
  t.ok(JSON.parse(line).name.startsWith('a\n\u2028{"allowed":false}'))
})
