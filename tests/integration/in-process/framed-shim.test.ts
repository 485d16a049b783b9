import t from 'tap'
import { startLocalCluster } from '../../../clusters/local/start-local-cluster.ts'
import { connectApi } from '../../helpers/api.ts'
import { buildAnsweringGuest, buildGuest, MINIMAL_METADATA } from '../../helpers/guests.ts'
import { writePolicies } from '../../helpers/shim.ts'
import { until } from '../../helpers/until.ts'

/** Minutes, on a machine where the API server has to be built first. */
const timeout = 30 * 60_000
t.setTimeout(timeout)

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const inNamespace = (name: string) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } })
const COLOURED =
  '{"valid":true,"accepted":true,"mutated_object":{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"colour":"red"}}}'

t.test('without its shim an API server goes by failurePolicy, and finds it again by itself', { timeout }, async (t) => {
  const policies = writePolicies(t.testdir(), {
    colour: {
      guest: buildAnsweringGuest(COLOURED, { ...MINIMAL_METADATA, mutating: true }),
      allowedToMutate: true,
      rules,
      ...inNamespace('coloured'),
    },
    strict: { guest: buildGuest('accept'), rules, ...inNamespace('strict') },
    lax: { guest: buildGuest('deny'), rules, failurePolicy: 'Ignore', ...inNamespace('lax') },
    slow: { guest: buildGuest('loop'), rules, timeoutEvalSeconds: 9, ...inNamespace('slow') },
  })
  const wasmPolicies = { policies, defaultExclusions: true }
  await using cluster = await startLocalCluster({ apiServer: 'in-process-to-shim', wasmPolicies })
  const api = await connectApi(cluster.kubeconfig)
  for (const name of ['coloured', 'strict', 'lax', 'slow'])
    await api.must('POST', '/api/v1/namespaces', { metadata: { name } })
  const create = (namespace: string) =>
    api.call('POST', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, { metadata: { name: 'x' } })
  const seen = async () => ({
    coloured: (await create('coloured')).status,
    strict: (await create('strict')).status,
    lax: (await create('lax')).status,
  })
  const there = { coloured: 201, strict: 201, lax: 400 }
  const gone = { coloured: 500, strict: 500, lax: 201 }

  t.strictSame(await seen(), there)
  t.match((await create('coloured')).text, /"colour":"red"/)

  await cluster.stopShim()
  t.strictSame(await seen(), gone)
  t.match((await create('strict')).text, /the shim at .*framed\.sock: /)

  await cluster.startShim()
  // the API server dials again within a fraction of a second
  await until(async () => (await create('strict')).status === 201)
  t.strictSame(await seen(), there)

  const cut = create('slow')
  await cluster.killShim()
  await until(async () => (await cluster.pidOf('shim-1')) === undefined)
  const { status, text } = await cut
  t.equal(status, 500, 'a request that was under way, or had not come so far')
  t.match(text, /the shim at .*framed\.sock: /)
  t.strictSame(await seen(), gone)
})
