import t from 'tap'
import type { PolicySpec } from '../../../shim/policies/policy-spec.ts'
import { describeSet } from '../../../shim/registration/set-digest.ts'

const SPEC: PolicySpec = {
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

function digest(changes: Partial<PolicySpec> = {}, moduleDigest = 'sha256:1') {
  return describeSet([{ spec: { ...SPEC, ...changes }, moduleDigest }], 'api-server').digest
}

t.test('the same policies have the same name wherever their files lie and however they are written', async (t) => {
  t.match(digest(), /^[0-9a-f]{32}$/)
  t.equal(digest({ module: 'file:///elsewhere/b.wasm' }), digest())
  t.equal(digest({ settings: { two: { three: JSON.rawJSON('1.0') }, one: 1 } }), digest())
  const [one, other] = [SPEC, { ...SPEC, id: 'b' }].map((spec) => ({ spec, moduleDigest: 'sha256:1' }))
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
    describeSet([{ spec: SPEC, moduleDigest: 'sha256:1' }], 'shim').digest,
    describeSet([], 'api-server').digest,
  ]
  t.equal(new Set([digest(), ...changed]).size, changed.length + 1)
})
