import t from 'tap'
import { MatchableRequest } from '../../../evaluator/matching/matchable-request.ts'
import { createMatcher, type MatchFields } from '../../../evaluator/matching/policy-matcher.ts'

const rules = [{ apiGroups: ['a'], apiVersions: ['v1'], resources: ['things'], operations: ['*'] }]
const V1 = { group: 'a', version: 'v1', resource: 'things' }
const V2 = { ...V1, version: 'v2' }
const ATTRIBUTES = { operation: 'CREATE', kind: { group: 'a', version: 'v1', kind: 'Thing' }, resource: V1 }

/** Whether a policy with these fields is concerned. */
async function match(fields: Partial<MatchFields>, request: object, attributes: object = {}) {
  const matcher = await createMatcher({ rules, ...fields })
  const json = Buffer.from(JSON.stringify({ ...ATTRIBUTES, ...attributes, ...request }))
  return matcher.match(new MatchableRequest(json, { ...ATTRIBUTES, ...attributes }))
}

const YES = { matches: true }
const NO = { matches: false }

t.test('Equivalent takes what was converted for it, Exact only what was asked for by its name', async (t) => {
  const converted = { resource: V1, requestResource: V2 }
  t.strictSame(await match({}, {}, converted), YES)
  t.strictSame(await match({ matchPolicy: 'Exact' }, {}, converted), NO)
  t.strictSame(await match({ matchPolicy: 'Exact' }, {}, { requestResource: V1 }), YES)
  t.strictSame(await match({}, {}, { resource: V2, requestResource: V2 }), NO)
})

t.test('either the object or the one that it replaces has the labels', async (t) => {
  const objectSelector = { matchLabels: { a: 'b' } }
  const labelled = { metadata: { labels: { a: 'b' } } }
  const bare = { metadata: {} }
  t.strictSame(await match({ objectSelector }, { object: labelled }), YES)
  t.strictSame(await match({ objectSelector }, { object: bare, oldObject: labelled }), YES)
  t.strictSame(await match({ objectSelector }, { object: null, oldObject: labelled }), YES)
  t.strictSame(await match({ objectSelector }, { object: bare }), NO)
})

t.test('what has no metadata has no labels, not even the absence of one', async (t) => {
  const absent = { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }
  t.strictSame(await match({ objectSelector: absent }, { object: { metadata: {} } }), YES)
  t.strictSame(await match({ objectSelector: absent }, { object: { command: ['sh'] } }), NO)
  t.strictSame(await match({ objectSelector: {} }, { object: { command: ['sh'] } }), YES, 'an empty selector')
})

t.test('the operators are those of Kubernetes', async (t) => {
  const holds = async (operator: string, values?: string[]) => {
    const objectSelector = { matchExpressions: [{ key: 'a', operator, ...(values && { values }) }] }
    const of = (labels?: object) => match({ objectSelector }, { object: { metadata: { ...(labels && { labels }) } } })
    return [await of({ a: '1' }), await of({ a: '3' }), await of({})].map(
      (result) => 'matches' in result && result.matches,
    )
  }
  t.strictSame(await holds('In', ['1', '2']), [true, false, false])
  t.strictSame(await holds('NotIn', ['1', '2']), [false, true, true])
  t.strictSame(await holds('Exists'), [true, true, false])
  t.strictSame(await holds('DoesNotExist'), [false, false, true])
})

t.test('a Namespace that is written is selected by its own labels', async (t) => {
  const namespaceSelector = { matchLabels: { a: 'b' } }
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' }
  const fields = { rules: [{ ...rules[0], apiGroups: [''], resources: ['namespaces'] }], namespaceSelector }
  const object = (labels: object) => ({ object: { metadata: { labels } } })
  t.strictSame(await match(fields, object({ a: 'b' }), { resource: namespaces }), YES)
  t.strictSame(await match(fields, object({}), { resource: namespaces }), NO)
  t.strictSame(await match(fields, object({}), { resource: namespaces, operation: 'DELETE' }), YES, "the API server's")
  t.strictSame(await match({ namespaceSelector }, {}, { namespace: 'n' }), YES, "the API server's")
})

t.test('conditions are asked last, and one that fails says so', async (t) => {
  const conditions = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] })
  t.strictSame(await match(conditions('object.a == 1'), { object: { a: 1 } }), YES)
  t.strictSame(await match(conditions('object.a == 2'), { object: { a: 1 } }), NO)
  t.match(await match(conditions('object.b == 2'), { object: { a: 1 } }), {
    error: /^matchCondition c: no such key: b/,
  })
  t.strictSame(
    await match({ ...conditions('object.b == 2'), objectSelector: { matchLabels: { a: 'b' } } }, { object: {} }),
    NO,
  )
})

t.test('what one matcher has found out about a request holds for its like only', async (t) => {
  const json = Buffer.from(JSON.stringify({ ...ATTRIBUTES, object: { metadata: { labels: { a: 'b' } } } }))
  const request = new MatchableRequest(json, ATTRIBUTES)
  const matchOf = async (fields: Partial<MatchFields>) => (await createMatcher({ rules, ...fields })).match(request)
  const conditions = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] })
  for (const _ of ['first', 'again']) {
    t.strictSame(await matchOf({}), YES)
    t.strictSame(await matchOf({ rules: [] }), NO)
    t.strictSame(await matchOf({ objectSelector: { matchLabels: { a: 'b' } } }), YES)
    t.strictSame(await matchOf({ objectSelector: { matchLabels: { a: 'c' } } }), NO)
    t.strictSame(await matchOf(conditions('true')), YES)
    t.strictSame(await matchOf(conditions('false')), NO)
  }
})
