import t from 'tap'
import {
  type AggregatedGroups,
  describeAggregatedGroups,
  findAggregatedGroups,
  groupsToLeaveOut,
  listNamingPolicies,
} from '../../plugin/aggregated-groups.ts'
import { webhookConfigurations } from '../../plugin/webhook-configurations.ts'

const CA = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const host = { host: 'admission.gatehouse.internal' }
const found: AggregatedGroups = { whole: ['metrics.k8s.io', 'wardle.example.com'], inPart: ['shared.example.com'] }

function rulesFor(...apiGroups: string[]) {
  return [{ apiGroups, apiVersions: ['*'], resources: ['*'], operations: ['CREATE'] }]
}

function apiService(group: string | undefined, service?: object) {
  return { spec: { ...(group !== undefined && { group }), version: 'v1', ...(service && { service }) } }
}

t.test(
  'a group is aggregated when a Service answers for it, and in part when this API server does so too',
  async (t) => {
    const service = { namespace: 'default', name: 'elsewhere' }
    const services = [
      apiService('wardle.example.com', service),
      apiService('metrics.k8s.io', service),
      apiService('shared.example.com', service),
      apiService('shared.example.com'),
      apiService('apps'),
      apiService(undefined),
      {},
    ]
    t.strictSame(findAggregatedGroups(services), found)
    t.strictSame(findAggregatedGroups([]), { whole: [], inPart: [] })
  },
)

t.test('only wildcards leave groups out, and not those that are named beside them', async (t) => {
  t.strictSame(groupsToLeaveOut(rulesFor('*'), found.whole), found.whole)
  t.strictSame(groupsToLeaveOut(rulesFor('', 'wardle.example.com'), found.whole), [])
  const both = [...rulesFor('*'), ...rulesFor('wardle.example.com')]
  t.strictSame(groupsToLeaveOut(both, found.whole), ['metrics.k8s.io'])
})

t.test('the condition stands in entries with wildcards, for the socket, whatever the exclusions are', async (t) => {
  const policies = [
    { id: 'all', mutating: false, rules: rulesFor('*') },
    { id: 'apps', mutating: false, rules: rulesFor('apps') },
  ]
  const conditionsOf = (options: object) =>
    webhookConfigurations({
      policies,
      client: host,
      caBundle: CA,
      exclusions: 'none',
      ...options,
    }).validating?.webhooks?.map(({ matchConditions }) => matchConditions)
  const name = 'exclude.gatehouse.internal/aggregated-groups'
  const expression = '!(request.resource.group in ["wardle.example.com"])'
  const aggregatedGroups = ['wardle.example.com']
  t.strictSame(conditionsOf({ aggregatedGroups }), [[{ name, expression }], undefined])
  t.strictSame(conditionsOf({ aggregatedGroups: [] }), [undefined, undefined])
  const service = { service: { namespace: 'gatehouse', name: 'policies' } }
  t.strictSame(
    conditionsOf({ aggregatedGroups, client: service }),
    [undefined, undefined],
    'which every server reaches',
  )
})

t.test('policies that name such a group are listed, with the groups', async (t) => {
  const policies = [
    { id: 'all', rules: rulesFor('*') },
    { id: 'named', rules: rulesFor('apps', 'wardle.example.com', 'shared.example.com') },
  ]
  t.strictSame(listNamingPolicies(policies, found), [
    { id: 'named', groups: ['wardle.example.com', 'shared.example.com'] },
  ])
})

t.test('what is left out, what is not, and who names a group is said in a sentence each', async (t) => {
  const policies = [
    { id: 'all', rules: rulesFor('*') },
    { id: 'named', rules: rulesFor('wardle.example.com') },
  ]
  const lines = describeAggregatedGroups('api', policies, found)
  t.match(lines, [
    /^the group metrics\.k8s\.io is left out of wildcards: /,
    /^the group wardle\.example\.com is left out of wildcards: /,
    /^the group shared\.example\.com is not left out of wildcards, though .*: failurePolicy decides there$/,
    /^policy named names wardle\.example\.com, .*: it cannot reach the shim by its socket, so failurePolicy decides$/,
  ])
  t.equal(lines.length, 4)
  t.match(describeAggregatedGroups('static', policies, found), [
    /: it reads no static manifests, so the policy is not asked/,
  ])
  t.strictSame(describeAggregatedGroups('api', [{ id: 'apps', rules: rulesFor('apps') }], found), [])
})
