import t from 'tap'
import { planRegistration } from '../../../plugin/registration/plan.ts'
import type { WebhookPolicy } from '../../../plugin/webhook-policy.ts'

const PODS = rule({})
const EVERYTHING = rule({ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'], operations: ['*'] })

function rule(changes: object) {
  return { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], ...changes }
}

function scalers(version: string) {
  return rule({ apiGroups: ['autoscaling'], apiVersions: [version], resources: ['horizontalpodautoscalers'] })
}

type Fields = Partial<WebhookPolicy>

/** The members of each entry. */
function plan(policies: Readonly<Record<string, Fields>>): string[] {
  return planRegistration(complete(policies)).entries.map(({ name, members }) => `${name}: ${members.join(' ')}`)
}

function complete(policies: Readonly<Record<string, Fields>>): WebhookPolicy[] {
  return Object.entries(policies).map(([id, fields]) => ({ id, mutating: false, rules: [PODS], ...fields }))
}

t.test('ordinary policies make one entry per phase', async (t) => {
  const ordinary = Object.fromEntries(
    Array.from({ length: 13 }, (_, index) => [
      `p${String(index).padStart(2, '0')}`,
      {
        mutating: index > 9,
        mutates: 'metadata' as const,
        rules: [rule({ resources: ['pods', 'services'] }), rule({ apiGroups: ['apps'], resources: ['deployments'] })],
        objectSelector: { matchLabels: { number: String(index) } },
      },
    ]),
  )
  const { entries } = planRegistration(complete(ordinary))
  t.strictSame(
    entries.map(({ name, members }) => [name, members.length]),
    [
      ['validate-1', 10],
      ['mutate-1', 3],
    ],
  )
  t.strictSame(entries[0]?.rules.length, 2)
})

t.test('members agree in what the API server decides before it calls', async (t) => {
  const selector = { matchLabels: { a: 'b' } }
  t.strictSame(plan({ a: {}, b: { failurePolicy: 'Fail', sideEffects: 'None', matchPolicy: 'Equivalent' } }), [
    'validate-1: a b',
  ])
  t.strictSame(plan({ a: {}, b: { failurePolicy: 'Ignore' }, c: {}, d: { failurePolicy: 'Ignore' } }), [
    'validate-1: a c',
    'validate-2: b d',
  ])
  t.strictSame(plan({ a: {}, b: { sideEffects: 'NoneOnDryRun' } }), ['validate-1: a', 'validate-2: b'])
  t.strictSame(plan({ a: {}, b: { namespaceSelector: selector }, c: { namespaceSelector: selector } }), [
    'validate-1: a',
    'validate-2: b c',
  ])
  t.strictSame(
    plan({
      a: { namespaceSelector: selector },
      b: { namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] } },
    }),
    ['validate-1: a b'],
  )
})

t.test('where the shim decides about namespaces they keep nobody apart', async (t) => {
  const policies = complete({ a: {}, b: { namespaceSelector: { matchLabels: { a: 'b' } } } })
  const { entries } = planRegistration(policies, { selectors: 'shim' })
  t.match(entries, [{ members: ['a', 'b'], namespaceSelector: undefined }])
  const same = policies.map((policy) => ({ ...policy, namespaceSelector: { matchLabels: { a: 'b' } } }))
  const { namespaceSelector } = planRegistration(same, { selectors: 'shim' }).entries[0] ?? {}
  t.strictSame(namespaceSelector, { matchLabels: { a: 'b' } }, 'what all agree on the API server decides')
})

t.test('conditions about the authorizer stay with the API server', async (t) => {
  const conditions = [{ name: 'a', expression: "authorizer.group('').resource('pods').check('get').allowed()" }]
  const { entries } = planRegistration(complete({ a: {}, b: { matchConditions: conditions } }))
  t.match(entries, [
    { members: ['a'], matchConditions: [] },
    { members: ['b'], matchConditions: conditions },
  ])
})

t.test('what all members have in common is left to the API server', async (t) => {
  const objectSelector = { matchLabels: { a: 'b' } }
  const matchConditions = [{ name: 'a', expression: 'true' }]
  const shared = planRegistration(
    complete({ a: { objectSelector, matchConditions }, b: { objectSelector, matchConditions } }),
  )
  t.match(shared.entries, [{ members: ['a', 'b'], objectSelector, matchConditions }])
  const different = planRegistration(complete({ a: { objectSelector, matchConditions }, b: {} }))
  t.match(different.entries, [{ members: ['a', 'b'], objectSelector: undefined, matchConditions: [] }])
})

t.test('an entry waits as long as its slowest member', async (t) => {
  const { entries } = planRegistration(complete({ a: { timeoutSeconds: 3 }, b: { timeoutSeconds: 20 } }))
  t.equal(entries[0]?.timeoutSeconds, 20)
})

t.test('nobody steals a version', async (t) => {
  t.strictSame(
    plan({ a: { rules: [scalers('v2')] }, b: { rules: [scalers('*')] } }),
    ['validate-1: a', 'validate-2: b'],
    'v1 would match `*` exactly, and `a` would not get v2',
  )
  t.strictSame(plan({ a: { rules: [scalers('v1')] }, b: { rules: [scalers('v2')] } }), [
    'validate-1: a',
    'validate-2: b',
  ])
  t.strictSame(plan({ a: { rules: [scalers('v2')] }, b: { rules: [scalers('v2')] } }), ['validate-1: a b'])
  t.strictSame(
    plan({ a: { rules: [scalers('v2'), scalers('v1')] }, b: { rules: [scalers('v1'), scalers('v2')] } }),
    ['validate-1: a', 'validate-2: b'],
    'v3 would be converted to that of the first rule',
  )
  t.strictSame(
    plan({ a: { rules: [scalers('v1')] }, b: { rules: [{ ...scalers('v2'), operations: ['DELETE'] }] } }),
    ['validate-1: a b'],
    'no request is for both',
  )
  t.strictSame(
    plan({
      a: { rules: [scalers('v2')], matchPolicy: 'Exact' },
      b: { rules: [scalers('*')], matchPolicy: 'Exact' },
    }),
    ['validate-1: a b'],
    'nobody wants it converted',
  )
  t.strictSame(
    plan({ a: { rules: [scalers('v2')], matchPolicy: 'Exact' }, b: { rules: [scalers('v2')] } }),
    ['validate-1: b a'],
    'one exact, one not, and both get v2 or nothing',
  )
  t.strictSame(
    plan({ a: {}, b: { rules: [scalers('v2')], matchPolicy: 'Exact' }, c: { matchPolicy: 'Exact' } }),
    ['validate-1: a', 'validate-2: b c'],
    'v1 would be converted for nobody',
  )
})

t.test('the core group has one version, but Events have two groups', async (t) => {
  t.strictSame(plan({ a: { rules: [PODS] }, b: { rules: [EVERYTHING] } }), ['validate-1: a b'])
  const events = (group: string) => rule({ apiGroups: [group], resources: ['events'] })
  t.strictSame(plan({ a: { rules: [events('')] }, b: { rules: [events('events.k8s.io')] } }), [
    'validate-1: a',
    'validate-2: b',
  ])
  t.strictSame(plan({ a: { rules: [events('')] }, b: { rules: [EVERYTHING] } }), ['validate-1: a', 'validate-2: b'])
})

t.test('mutating policies share where nothing has to happen between them', async (t) => {
  const mutating = { mutating: true }
  const services = { ...mutating, rules: [rule({ resources: ['services'] })] }
  const metadata = { ...mutating, mutates: 'metadata' as const }
  t.strictSame(plan({ a: mutating, b: services }), ['mutate-1: a b'], 'no request is for both')
  t.strictSame(plan({ a: mutating, b: mutating }), ['mutate-1: a', 'mutate-2: b'])
  t.strictSame(plan({ a: metadata, b: metadata, c: mutating }), ['mutate-1: a b c'], 'the last one may do as it likes')
  t.strictSame(plan({ a: mutating, b: metadata, c: metadata }), ['mutate-1: a', 'mutate-2: b c'])
  const again = { reinvocationPolicy: 'IfNeeded' } as const
  t.strictSame(
    plan({ a: { ...metadata, ...again }, b: { ...metadata, ...again }, c: { ...mutating, ...again } }),
    ['mutate-1: a b', 'mutate-2: c'],
    'the first two may have another turn, on what the API server makes of the changes of the third',
  )
})

t.test('mutating policies are asked in the order of their ids, wherever they sit', async (t) => {
  const mutating = { mutating: true }
  const services = { ...mutating, rules: [rule({ resources: ['services'] })] }
  const both = { ...mutating, rules: [rule({ resources: ['pods', 'services'] })] }
  t.strictSame(plan({ a: services, b: { ...both, failurePolicy: 'Ignore' }, c: services }), [
    'mutate-1: a',
    'mutate-2: b',
    'mutate-3: c',
  ])
})

t.test('the timeouts of members that are asked one after the other add up to 30 s at most', async (t) => {
  const slow = { mutating: true, mutates: 'metadata', timeoutSeconds: 12 } as const
  const { entries } = planRegistration(complete({ a: slow, b: slow, c: slow }))
  t.match(entries, [
    { members: ['a', 'b'], timeoutSeconds: 24 },
    { members: ['c'], timeoutSeconds: 12 },
  ])
})

t.test('it says what keeps entries apart', async (t) => {
  const { entries } = planRegistration(
    complete({ a: { rules: [scalers('v2')] }, b: { rules: [scalers('*')] }, c: { failurePolicy: 'Ignore' } }),
  )
  t.strictSame(
    entries.map(({ apart }) => apart),
    [
      [],
      [
        {
          from: 'validate-1',
          because: 'takes another version than a (autoscaling horizontalpodautoscalers/ CREATE Cluster)',
        },
      ],
      [
        { from: 'validate-1', because: 'failurePolicy is Ignore' },
        { from: 'validate-2', because: 'failurePolicy is Ignore' },
      ],
    ],
  )
})
