import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { webhookConfigurations } from '../../plugin/webhook-configurations.ts'
import type { WebhookPolicy } from '../../plugin/webhook-policy.ts'
import { toYaml } from '../../plugin/yaml.ts'

const CA = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const client = { host: 'admission.gatehouse.internal' }
const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE', 'UPDATE'] }]
const podPrivileged: WebhookPolicy = { id: 'pod-privileged', mutating: false, rules }
/** That of no workload. */
const configMaps = [{ ...rules[0], resources: ['configmaps'] }]
const addLabels: WebhookPolicy = {
  id: 'add-labels',
  mutating: true,
  rules: configMaps,
  failurePolicy: 'Ignore',
  matchPolicy: 'Exact',
  objectSelector: { matchLabels: { app: 'web' } },
  namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] },
  matchConditions: [{ name: 'not-dry', expression: '!has(request.dryRun)' }],
  sideEffects: 'NoneOnDryRun',
  timeoutSeconds: 3,
  reinvocationPolicy: 'IfNeeded',
}

function configure(policies: readonly WebhookPolicy[], options = {}) {
  return webhookConfigurations({ policies, client, caBundle: CA, ...options })
}

t.test('the objects are written as the golden file has them', async (t) => {
  const { validating, mutating } = configure([podPrivileged, addLabels])
  const yaml = toYaml([validating, mutating])
  t.equal(yaml, readFileSync(join(import.meta.dirname, 'golden', 'webhook-configurations.yaml'), 'utf8'))
  t.strictSame(
    parseAllDocuments(yaml).map((document) => document.toJS()),
    [validating, mutating],
    'and read back as they were',
  )
})

t.test('a kind without policies has no object', async (t) => {
  t.strictSame(Object.keys(configure([podPrivileged])), ['validating'])
  t.strictSame(Object.keys(configure([addLabels])), ['mutating'])
  t.strictSame(configure([]), {})
})

t.test(
  'entries stand in the order of their ids, which is the order in which mutating policies are called',
  async (t) => {
    const ids = ['b', 'a', 'B', 'é', 'a-b', 'a.b', '10', '9']
    const { mutating } = configure(ids.map((id) => ({ ...addLabels, id })))
    const called = mutating?.webhooks?.map((webhook) =>
      decodeURIComponent(webhook.clientConfig.url?.split('/').at(-1) ?? ''),
    )
    t.strictSame(called, ['10', '9', 'B', 'a', 'a-b', 'a.b', 'b', 'é'])
  },
)

t.test('two policies of one id are refused', async (t) => {
  t.throws(() => configure([podPrivileged, { ...addLabels, id: 'pod-privileged' }]), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: "two policies have the id 'pod-privileged'",
  })
})

t.test('a validating webhook has no reinvocation policy', async (t) => {
  const { validating } = configure([{ ...podPrivileged, reinvocationPolicy: 'IfNeeded' }])
  t.notOk(Object.hasOwn(validating?.webhooks?.[0] ?? {}, 'reinvocationPolicy'))
})

t.test('the default exclusions come first and keep clear of a policy of any rules', async (t) => {
  const { mutating } = configure([addLabels])
  t.strictSame(
    mutating?.webhooks?.[0]?.matchConditions?.map(({ name }) => name),
    [
      'exclude.gatehouse.internal/api-server',
      'exclude.gatehouse.internal/shim',
      'exclude.gatehouse.internal/leases',
      'exclude.gatehouse.internal/events',
      'exclude.gatehouse.internal/node-status',
      'exclude.gatehouse.internal/system-namespaces',
      'exclude.gatehouse.internal/reviews',
      'not-dry',
    ],
  )
})

const SYSTEM = {
  key: 'kubernetes.io/metadata.name',
  operator: 'NotIn',
  values: ['kube-system', 'kube-public', 'kube-node-lease'],
}

t.test('workloads are left out by a selector, without a condition to evaluate', async (t) => {
  const { validating } = configure([podPrivileged])
  t.equal(validating?.webhooks?.[0]?.matchConditions, undefined)
  t.strictSame(validating?.webhooks?.[0]?.namespaceSelector, { matchExpressions: [SYSTEM] })

  const { mutating } = configure([{ ...addLabels, rules, namespaceSelector: { matchLabels: { team: 'a' } } }])
  t.strictSame(mutating?.webhooks?.[0]?.matchConditions, addLabels.matchConditions, "the policy's own stay")
  t.strictSame(mutating?.webhooks?.[0]?.namespaceSelector, { matchLabels: { team: 'a' }, matchExpressions: [SYSTEM] })

  const behindService = configure([{ ...addLabels, rules }], { ownNamespace: 'gatehouse' }).mutating
  t.strictSame(behindService?.webhooks?.[0]?.namespaceSelector, {
    matchExpressions: [
      { key: 'team', operator: 'Exists' },
      { ...SYSTEM, values: [...SYSTEM.values, 'gatehouse'] },
    ],
  })
})

t.test('rules that anything else can meet keep the conditions', async (t) => {
  const conditions = (...rules: WebhookPolicy['rules']) =>
    configure([{ ...podPrivileged, rules }]).validating?.webhooks?.[0]?.matchConditions?.length ?? 0
  const rule = (apiGroups: string[], resources: string[]) => ({ ...rules[0], apiGroups, resources })
  t.equal(
    conditions(rule([''], ['pods', 'pods/ephemeralcontainers']), rule(['apps'], ['deployments', 'daemonsets/*'])),
    0,
  )
  for (const broader of [
    rule(['*'], ['pods']),
    rule(['', 'apps'], ['pods']),
    rule([''], ['*']),
    rule([''], ['*/*']),
    rule([''], ['*/status']),
    rule([''], ['pods', 'services']),
    rule(['example.com'], ['pods']),
  ]) {
    t.equal(conditions(rule([''], ['pods']), broader), 7, JSON.stringify(broader))
  }
})

t.test('from 1.37 the API server itself spares us the reviews, and the condition is saved', async (t) => {
  const hasCondition = (kubernetesVersion: string) => {
    const { validating } = configure([{ ...podPrivileged, rules: configMaps }], { kubernetesVersion })
    return validating?.webhooks?.[0]?.matchConditions?.some(({ name }) => name.endsWith('/reviews'))
  }
  t.equal(hasCondition('v1.36.3'), true)
  t.equal(hasCondition('v1.37.2'), false)
})

t.test('without exclusions even the API server itself is policed', async (t) => {
  const { validating, mutating } = configure([podPrivileged, addLabels], { exclusions: 'none' })
  t.equal(validating?.webhooks?.[0]?.matchConditions, undefined)
  t.equal(validating?.webhooks?.[0]?.namespaceSelector, undefined)
  t.strictSame(mutating?.webhooks?.[0]?.matchConditions, addLabels.matchConditions)
})

t.test("the shim's user name cannot break out of its expression", async (t) => {
  const { validating } = configure([{ ...podPrivileged, rules: configMaps }], { shimUser: 'a" || "\\' })
  const shim = validating?.webhooks?.[0]?.matchConditions?.find(({ name }) => name.endsWith('/shim'))
  t.equal(shim?.expression, '!(has(request.userInfo.username) && request.userInfo.username == "a\\" || \\"\\\\")')
})

t.test('a policy with more conditions than the API server takes is refused, ours counted', async (t) => {
  const policy = { ...podPrivileged, rules: configMaps }
  const conditions = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `c${index}`, expression: 'true' }))
  t.equal(
    configure([{ ...policy, matchConditions: conditions(57) }]).validating?.webhooks?.[0]?.matchConditions?.length,
    64,
  )
  t.throws(() => configure([{ ...policy, matchConditions: conditions(58) }]), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: /pod-privileged: matchConditions: 58, and 7 for the default exclusions, are more than 64/,
  })
  t.doesNotThrow(() => configure([{ ...policy, matchConditions: conditions(64) }], { exclusions: 'none' }))
})

t.test('a policy cannot take the name of an exclusion', async (t) => {
  const matchConditions = [{ name: 'exclude.gatehouse.internal/leases', expression: 'true' }]
  t.throws(() => configure([{ ...podPrivileged, matchConditions }]), {
    code: 'ERR_PLUGIN_OPTIONS',
    message: /is reserved/,
  })
})

t.test('the options are left as they were', async (t) => {
  const policy = structuredClone(addLabels)
  const { mutating } = configure([policy])
  mutating?.webhooks?.[0]?.rules?.[0]?.resources?.push('secrets')
  t.strictSame(policy, addLabels)
})
