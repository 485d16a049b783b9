import t from 'tap'
import { matchesRules, type Rule, type RuleTarget } from '../../../evaluator/matching/rules.ts'

const POD: RuleTarget = {
  operation: 'CREATE',
  resource: { group: '', version: 'v1', resource: 'pods' },
  namespace: 'default',
}
const PODS: Rule = { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }
const NAMESPACE: RuleTarget = {
  operation: 'CREATE',
  resource: { group: '', version: 'v1', resource: 'namespaces' },
  namespace: 'a',
}

t.test('every field has to match, by name or by *', async (t) => {
  t.ok(matchesRules([PODS], POD))
  t.ok(matchesRules([{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] }], POD))
  for (const field of ['apiGroups', 'apiVersions', 'resources', 'operations']) {
    t.notOk(matchesRules([{ ...PODS, [field]: ['other'] }], POD), field)
    t.notOk(matchesRules([{ ...PODS, [field]: [] }], POD), `no ${field}`)
  }
  t.ok(matchesRules([{ ...PODS, resources: ['services'] }, PODS], POD), 'one of several')
})

t.test('a resource is not its subresources', async (t) => {
  const status = { ...POD, subResource: 'status' }
  for (const [pattern, pod, sub] of [
    ['pods', true, false],
    ['*', true, false],
    ['pods/status', false, true],
    ['pods/*', true, true],
    ['*/status', false, true],
    ['*/*', true, true],
  ] as const) {
    t.equal(matchesRules([{ ...PODS, resources: [pattern] }], POD), pod, `${pattern} and a Pod`)
    t.equal(matchesRules([{ ...PODS, resources: [pattern] }], status), sub, `${pattern} and its status`)
  }
})

t.test('a Namespace is cluster-scoped, although it names itself as its namespace', async (t) => {
  const namespaces = { ...PODS, resources: ['*'] }
  t.ok(matchesRules([{ ...namespaces, scope: 'Cluster' }], NAMESPACE))
  t.notOk(matchesRules([{ ...namespaces, scope: 'Namespaced' }], NAMESPACE))
  t.ok(matchesRules([{ ...namespaces, scope: 'Namespaced' }], POD))
  t.notOk(matchesRules([{ ...namespaces, scope: 'Cluster' }], POD))
  t.ok(matchesRules([{ ...namespaces, scope: '*' }], NAMESPACE))
})
