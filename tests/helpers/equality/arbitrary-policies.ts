import fc from 'fast-check'
import { type CasePolicy, tell } from './case.ts'

const KEYS = ['app', 'tier', 'made']
const VALUES = ['web', 'db', '']

const some = <T>(values: readonly T[], maxLength = 3) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength })
const rare = <T>(value: fc.Arbitrary<T>, oneIn: number) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: oneIn - 1 }, { arbitrary: value, weight: 1 })

const resources = fc.oneof(
  {
    arbitrary: some([
      'configmaps',
      'pods',
      'widgets',
      'widgets/scale',
      'widgets/status',
      'gadgets',
      'namespaces',
      'pods/*',
    ]).map(String),
    weight: 6,
  },
  { arbitrary: fc.constantFrom('*', '*', '*/*', '*/*', '*/scale', '*/status'), weight: 4 },
)

const versions = fc.constantFrom('v1', 'v1', 'v1', 'v1beta1', '*', 'v1,v1beta1')

/** Mostly without versions of its own: then it has those of the others in its set, else hardly any two policies would share an entry. */
type Rule = (versions: string) => string

const rule: fc.Arbitrary<Rule> = fc
  .tuple(
    fc.constantFrom(
      '*',
      '*',
      '*',
      'core,example.com',
      'core,example.com',
      'core,example.com',
      'core',
      'example.com',
      'apps',
    ),
    rare(versions, 4),
    resources,
    fc.constantFrom('*', '*', '*', 'CREATE,UPDATE', 'CREATE', 'UPDATE', 'DELETE'),
    fc.constantFrom('', '', '', '', '', ' Namespaced', ' Cluster', ' *'),
  )
  .map(
    ([groups, own, names, operations, scope]) =>
      (common) =>
        `${groups}/${own ?? common} ${names} ${operations}${scope}`,
  )

const requirement = fc.oneof(
  fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('In', 'NotIn'), values: some(VALUES, 2) }),
  fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
)
const objectSelector = fc.record({ matchExpressions: fc.array(requirement, { maxLength: 2 }) })
const namespaceSelector = fc.constantFrom(
  { matchLabels: { env: 'dev' } },
  { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['dev'] }] },
)

const atom = fc.constantFrom(
  'true',
  'request.operation == "CREATE"',
  'request.userInfo.username == "alice"',
  'has(request.namespace) && request.namespace == "dev"',
  'object != null && has(object.metadata.labels) && "app" in object.metadata.labels',
  'object.metadata.labels.tier == "db"',
  'oldObject == null',
  'request.kind.version == "v1"',
  'request.resource.resource.startsWith("w")',
  'has(object.spec) && has(object.spec.size) && object.spec.size > 3',
  'object.apiVersion.endsWith("v1")',
  'request.requestKind == request.kind',
  'object.metadata.?annotations["seen"].orValue("") != "x"',
)
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    atom,
    fc
      .tuple(tie('expression'), fc.constantFrom('&&', '||', '=='), tie('expression'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie('expression').map((inner) => `!(${inner})`),
  ),
}))
const matchConditions = fc
  .array(expression, { minLength: 1, maxLength: 2 })
  .map((expressions) => expressions.map((text, index) => ({ name: `c${index}`, expression: text })))

const when = (pointer: string) => ({ when: [{ pointer }] })
const metadataScript = fc.array(
  fc.oneof(
    fc.record({ labels: fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 }) }),
    fc.constant({ annotations: { seen: '{/object/metadata/labels}' } }),
    fc.constant({ ...when('/object/metadata/labels/app'), patch: [{ op: 'remove', path: '/metadata/labels/app' }] }),
    fc.constant({ ...when('/object/metadata/labels/made'), annotations: { made: 'here' } }),
  ),
  { minLength: 1, maxLength: 2 },
)
const otherScript = fc.constantFrom(
  [{ ...when('/object/data'), patch: [{ op: 'add', path: '/data/added', value: 'yes' }] }],
  [
    {
      ...when('/object/spec/size'),
      patch: [
        { op: 'add', path: '/spec/size', value: 7 },
        { op: 'add', path: '/spec/nope', value: 1 },
      ],
    },
  ],
  [{ ...when('/object/spec/size'), patch: [{ op: 'remove', path: '/spec/size' }], labels: { made: 'web' } }],
)
const denial = fc.constantFrom(
  { ...when('/object/metadata/labels/tier'), deny: { message: 'tier {/object/metadata/labels}', code: 403 } },
  { when: [{ pointer: '/name', equals: 'w1' }], deny: { code: 422 } },
  { when: [{ pointer: '/operation', equals: 'DELETE' }], deny: { message: 'stays' } },
)

const webhook = fc
  .record({
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    matchPolicy: rare(fc.constantFrom('Exact' as const, 'Equivalent' as const), 3),
    failurePolicy: rare(fc.constant('Ignore' as const), 12),
    objectSelector: rare(objectSelector, 3),
    namespaceSelector: rare(namespaceSelector, 12),
    matchConditions: rare(matchConditions, 3),
  })
  .map(({ rules, ...fields }) => ({
    rules,
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  }))

const judge = fc
  .tuple(webhook, rare(denial, 3))
  .map(([entry, deny]) => ({ ...entry, does: deny === undefined ? [] : [deny] }))
const maker = fc.oneof(
  {
    arbitrary: fc
      .tuple(webhook, metadataScript)
      .map(([{ rules, fields }, does]) => ({ rules, fields: { ...fields, mutates: 'metadata' as const }, does })),
    weight: 4,
  },
  { arbitrary: fc.tuple(webhook, otherScript).map(([entry, does]) => ({ ...entry, does })), weight: 1 },
)

/** A few policies; the validating ones tell what they were shown. */
export const policies: fc.Arbitrary<Record<string, CasePolicy>> = fc
  .tuple(versions, fc.array(judge, { minLength: 2, maxLength: 6 }), fc.array(maker, { maxLength: 3 }))
  .map(([common, judges, makers]) =>
    Object.fromEntries<CasePolicy>([
      ...judges.map(({ rules, fields, does }, index): [string, CasePolicy] => {
        const id = `v${index}`
        return [id, { ...fields, rules: rules.map((text) => text(common)), does: [tell(id), ...does] }]
      }),
      ...makers.map(({ rules, fields, does }, index): [string, CasePolicy] => [
        `m${index}`,
        { ...fields, rules: rules.map((text) => text(common)), mutating: true, does },
      ]),
    ]),
  )
