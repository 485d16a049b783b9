import t from 'tap'
import { parseAdmissionReview } from '../../../evaluator/admission-request.ts'
import type { Exemption } from '../../../shim/exemptions/exemption.ts'
import { findExemption } from '../../../shim/exemptions/find-exemption.ts'
import { admissionReview } from '../../helpers/policies.ts'

const NOW = Date.parse('2026-11-27T12:00:00Z')
const BUILDER = { username: 'system:serviceaccount:ci:builder', groups: ['system:serviceaccounts', 'builders'] }

function isExempted(conditions: Omit<Exemption, 'reason'>, request: object = {}): boolean {
  const exemption = { ...conditions, reason: 'ticket 1' }
  return findExemption([exemption], parseAdmissionReview(admissionReview(request)), NOW) === exemption
}

t.test('one value of each field that is given must match', async (t) => {
  const request = { userInfo: BUILDER, namespace: 'legacy' }
  t.ok(isExempted({ namespaces: ['other', 'legacy'] }, request))
  t.ok(isExempted({ groups: ['admins', 'builders'] }, request))
  t.ok(isExempted({ users: [BUILDER.username], groups: ['builders'], namespaces: ['legacy'] }, request))
  t.notOk(isExempted({ users: [BUILDER.username], namespaces: ['shop'] }, request))
  t.notOk(isExempted({ users: ['builder'] }, request), 'names are whole')
  t.notOk(isExempted({ groups: ['build'] }, request))
  t.notOk(isExempted({ groups: ['builders'] }, { userInfo: {} }), 'somebody without groups')
})

t.test('of several exemptions the first that matches is found, and without any there is none', async (t) => {
  const request = parseAdmissionReview(admissionReview())
  const [one, two, three] = ['bob', 'alice', 'alice'].map((user, index) => ({ users: [user], reason: `${index}` }))
  t.equal(
    findExemption(
      [one, two, three].filter((given) => given !== undefined),
      request,
      NOW,
    ),
    two,
  )
  t.equal(findExemption(undefined, request, NOW), undefined)
  t.equal(findExemption([], request, NOW), undefined)
})

t.test('an exemption ends by itself, at its instant', async (t) => {
  const users = ['alice']
  t.ok(isExempted({ users, until: '2026-11-27T12:00:01Z' }))
  t.notOk(isExempted({ users, until: '2026-11-27T12:00:00Z' }))
  t.ok(isExempted({ users, until: '2026-11-27T12:00:00-01:00' }), 'in its own time zone')
})

t.test('names are whole, or prefixes with a star', async (t) => {
  t.ok(isExempted({ names: ['settings'] }))
  t.ok(isExempted({ names: ['set*'] }))
  t.notOk(isExempted({ names: ['set'] }))
  t.notOk(isExempted({ names: ['settings-*'] }))
})

t.test('of a name that will be generated only the prefix is known', async (t) => {
  const generate = (generateName: string) => ({ name: '', object: { metadata: { generateName } } })
  t.ok(isExempted({ names: ['debug-*'] }, generate('debug-')))
  t.ok(isExempted({ names: ['debug-*'] }, generate('debug-pod-')))
  t.notOk(isExempted({ names: ['debug-*'] }, generate('deb')), 'most names from it would not match')
  t.notOk(isExempted({ names: ['debug-'] }, generate('debug-')), 'a whole name cannot be foreseen')
  const long = 'x'.repeat(59)
  t.notOk(isExempted({ names: [`${long}*`] }, generate(long)), 'the API server cuts it before it appends')
  t.ok(isExempted({ names: [`${long.slice(1)}*`] }, generate(long)))
  const named = { name: '', object: { metadata: { name: 'web', generateName: 'debug-' } } }
  t.notOk(isExempted({ names: ['debug-*'] }, named), 'a name that is there counts alone')
})

t.test(
  'an object of a deleted collection is known by its old state, the collection as a whole by nothing',
  async (t) => {
    const collection = { name: '', operation: 'DELETE', object: null }
    const item = { ...collection, oldObject: { metadata: { name: 'debug-1' } } }
    t.ok(isExempted({ names: ['debug-*'] }, item))
    t.notOk(isExempted({ names: ['debug-*'] }, { ...item, oldObject: { metadata: { name: 'web' } } }))
    t.notOk(isExempted({ names: ['debug-*'] }, { ...collection, oldObject: null }))
  },
)

t.test('a cluster-scoped object is in no namespace, and a Namespace in itself', async (t) => {
  const node = { resource: { group: '', version: 'v1', resource: 'nodes' }, namespace: undefined, name: 'legacy' }
  t.notOk(isExempted({ namespaces: ['legacy'] }, node))
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' }
  t.ok(isExempted({ namespaces: ['legacy'] }, { resource: namespaces, namespace: 'legacy', name: 'legacy' }))
  t.ok(isExempted({ namespaces: ['legacy'] }, { resource: namespaces, namespace: undefined, name: 'legacy' }))
})
