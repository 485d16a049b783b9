import t from 'tap'
import type { PolicyGroupSpec, SinglePolicySpec } from '../../../shim/policies/policy-spec.ts'
import { describeSet } from '../../../shim/registration/set-digest.ts'

const SPEC: SinglePolicySpec = {
  id: 'a',
  module: 'file:///somewhere/a.wasm',
  mode: 'protect',
  allowedToMutate: false,
  settings: { one: 1, two: { three: JSON.rawJSON('1.0') } },
  hostCapabilities: [],
  contextAwareResources: [],
  registration: {
    rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
    failurePolicy: 'Ignore',
  },
}

function digest(changes: Partial<SinglePolicySpec> = {}, moduleDigest = 'sha256:1') {
  return describeSet([{ spec: { ...SPEC, ...changes }, moduleDigests: [moduleDigest] }], 'api-server').digest
}

t.test('the same policies have the same name wherever their files lie and however they are written', async (t) => {
  t.match(digest(), /^[0-9a-f]{32}$/)
  t.equal(digest({ module: 'file:///elsewhere/b.wasm' }), digest())
  t.equal(digest({ settings: { two: { three: JSON.rawJSON('1.0') }, one: 1 } }), digest())
  const [one, other] = [SPEC, { ...SPEC, id: 'b' }].map((spec) => ({ spec, moduleDigests: ['sha256:1'] }))
  if (one === undefined || other === undefined) throw new Error('there are two')
  t.equal(describeSet([one, other], 'api-server').digest, describeSet([other, one], 'api-server').digest)
})

t.test('whatever decides a verdict changes the name', async (t) => {
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['services'], operations: ['CREATE'] }]
  const changed = [
    digest({}, 'sha256:2'),
    digest({ id: 'b' }),
    digest({ mode: 'monitor' }),
    digest({ settings: { one: 1, two: { three: JSON.rawJSON('1.00') } } }),
    digest({ message: 'no' }),
    digest({ timeoutEvalSeconds: 1 }),
    digest({ registration: { rules } }),
    describeSet([{ spec: SPEC, moduleDigests: ['sha256:1'] }], 'shim').digest,
    describeSet([], 'api-server').digest,
  ]
  t.equal(new Set([digest(), ...changed]).size, changed.length + 1)
})

function groupDigest(changes: Partial<PolicyGroupSpec> = {}, moduleDigests = ['sha256:1', 'sha256:2']) {
  const { module, settings, hostCapabilities, contextAwareResources, ...configured } = SPEC
  const member = { module, settings, hostCapabilities, contextAwareResources }
  const members = ['one', 'two'].map((name) => ({ ...member, id: `a/${name}`, name }))
  const group = { expression: 'one() && two()', message: 'no', members }
  const spec = { ...configured, ...group, allowedToMutate: false as const, ...changes }
  return describeSet([{ spec, moduleDigests }], 'api-server').digest
}

t.test('a group is named by its expression and by everything that its members are', async (t) => {
  const [one, two] = [SPEC, SPEC].map((spec, index) => ({ ...spec, name: ['one', 'two'][index] ?? '' }))
  if (one === undefined || two === undefined) throw new Error('there are two')
  const changed = [
    groupDigest({ expression: 'one() || two()' }),
    groupDigest({ message: 'never' }),
    groupDigest({ members: [one, { ...two, settings: { strict: true } }] }),
    groupDigest({ members: [one, { ...two, name: 'three' }] }),
    groupDigest({}, ['sha256:1', 'sha256:3']),
    groupDigest({}, ['sha256:2', 'sha256:1']),
    digest(),
  ]
  t.equal(new Set([groupDigest(), ...changed]).size, changed.length + 1)
})

t.test('the order in which members are written does not matter, nor where their modules lie', async (t) => {
  const [one, two] = [SPEC, { ...SPEC, module: 'file:///elsewhere/b.wasm' }].map((spec, index) => {
    const name = ['one', 'two'][index] ?? ''
    return { ...spec, id: `a/${name}`, name }
  })
  if (one === undefined || two === undefined) throw new Error('there are two')
  const digests = ['sha256:1', 'sha256:2']
  t.equal(groupDigest({ members: [one, two] }, digests), groupDigest({ members: [two, one] }, digests.toReversed()))
  t.equal(groupDigest({ members: [one, { ...two, module: one.module }] }), groupDigest({ members: [one, two] }))
})
