import fc from 'fast-check'
import t from 'tap'
import type { Api } from '../helpers/api.ts'
import { startTestCluster } from '../helpers/test-cluster.ts'

const WIDGETS = '/apis/example.com/v1/namespaces'

/** Number literals as clients write them; the API server keeps integers of 64 bits and rounds the rest to doubles. */
const numberLiteral = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => JSON.stringify(value)),
  fc.integer().map((value) => `${value}.0`),
  fc.constantFrom('9007199254740993', '1.0', '-0.0', '1e2', '1E+2', '0.10', '1e-7', '100000000000000000000'),
)

t.test('a mutation changes no number that the policy did not touch', async (t) => {
  const { api } = await startTestCluster(t, {
    policies: {
      touch: {
        guest: 'touch',
        allowedToMutate: true,
        rules: [{ apiGroups: ['example.com'], apiVersions: ['*'], operations: ['CREATE'], resources: ['widgets'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'touched' } },
      },
    },
  })
  for (const name of ['touched', 'plain']) await api.must('POST', '/api/v1/namespaces', { metadata: { name } })
  await createWidgetKind(api)

  await fc.assert(
    fc.asyncProperty(fc.array(numberLiteral, { minLength: 1, maxLength: 20 }), async (literals) => {
      const widget = `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"values":[${literals}]}}`
      const [touched, plain] = await Promise.all(
        ['touched', 'plain'].map((namespace) => api.call('POST', `${WIDGETS}/${namespace}/widgets?dryRun=All`, widget)),
      )
      t.match(touched?.text, '"touched":true')
      // the API server without the policy is the oracle: it rewrites some literals itself
      t.equal(valuesText(touched?.text), valuesText(plain?.text), literals.join())
    }),
    { numRuns: 60 },
  )
})

/** The array of numbers as the API server wrote it: parsing it would hide what is looked for. */
function valuesText(text = ''): string {
  return /"values":\[([^\]]*)\]/.exec(text)?.[1] ?? `no values in ${text}`
}

async function createWidgetKind(api: Api): Promise<void> {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  await api.must('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  })
  while ((await api.call('GET', `${WIDGETS}/plain/widgets`)).status !== 200);
}
