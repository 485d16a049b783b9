import t from 'tap'
import { type Api, connectApi } from '../helpers/api.ts'
import { readMetrics, startTestCluster, type TestPolicy } from '../helpers/test-cluster.ts'

const rule = (resource: string) => [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'DELETE'] as string[], resources: [resource] },
]

const reason = 'ticket 1'
const OPERATORS = { groups: ['cluster-operators'], reason }
const DEBUGGING = { users: ['bob'], names: ['debug-*'], reason }
const POLICIES: Record<string, TestPolicy> = {
  gate: {
    guest: 'deny',
    rules: rule('configmaps'),
    exemptions: [{ users: ['alice'], namespaces: ['legacy'], reason }, OPERATORS, DEBUGGING],
  },
  mutating: {
    guest: 'deny',
    allowedToMutate: true,
    rules: rule('secrets'),
    exemptions: [OPERATORS, DEBUGGING],
  },
  namespaces: {
    guest: 'deny',
    rules: rule('namespaces'),
    exemptions: [{ users: ['alice'], namespaces: ['legacy'], reason }, OPERATORS],
  },
}

t.test('requests are exempted by what a real API server says of them', async (t) => {
  const { cluster } = await startTestCluster(t, { policies: POLICIES })
  // may everything but pass the policies
  const as = (user: string, ...groups: string[]) =>
    connectApi(cluster.kubeconfig, { user, groups: ['system:masters', ...groups] })
  const [alice, bob, carol] = [await as('alice'), await as('bob'), await as('carol', 'cluster-operators')]

  const create = async (api: Api, namespace: string, metadata: object, kind = 'configmaps') => {
    const { status, text } = await api.call('POST', `/api/v1/namespaces/${namespace}/${kind}`, { metadata })
    return verdictOf(status, text)
  }

  await t.test('a Namespace is in itself, from its creation on', async (t) => {
    const createNamespace = async (api: Api, name: string) => {
      const { status, text } = await api.call('POST', '/api/v1/namespaces', { metadata: { name } })
      return verdictOf(status, text)
    }
    t.equal(await createNamespace(alice, 'other'), 'denied')
    t.equal(await createNamespace(alice, 'legacy'), 'allowed')
    t.equal(await createNamespace(carol, 'mixed'), 'allowed')
  })

  await t.test('users, groups and namespaces', async (t) => {
    t.equal(await create(alice, 'legacy', { name: 'a' }), 'allowed')
    t.equal(await create(alice, 'default', { name: 'a' }), 'denied')
    t.equal(await create(bob, 'legacy', { name: 'b' }), 'denied')
    t.equal(await create(carol, 'default', { name: 'c' }), 'allowed')
  })

  await t.test('names, and those that the API server generates', async (t) => {
    t.equal(await create(bob, 'mixed', { name: 'debug-1' }), 'allowed')
    t.equal(await create(bob, 'mixed', { name: 'web' }), 'denied')
    t.equal(await create(bob, 'mixed', { generateName: 'debug-' }), 'allowed')
    t.equal(await create(bob, 'mixed', { generateName: 'web-' }), 'denied')
    t.equal(await create(bob, 'mixed', { generateName: 'debug-' }, 'secrets'), 'allowed', 'and while it has none')
    t.equal(await create(bob, 'mixed', { generateName: 'web-' }, 'secrets'), 'denied')
    t.equal(await create(bob, 'mixed', { name: 'web', generateName: 'debug-' }), 'denied', 'the name counts')
  })

  await t.test(
    'of a deleted collection each object is asked about by its name, for mutating policies too',
    async (t) => {
      const remove = async (api: Api, path: string) => {
        const { status, text } = await api.call('DELETE', `/api/v1/namespaces/mixed/${path}`)
        return verdictOf(status, text)
      }
      for (const kind of ['configmaps', 'secrets'])
        for (const [name, app] of [
          ['debug-a', 'debug'],
          ['debug-b', 'debug'],
          ['debug-c', 'both'],
          ['web', 'both'],
        ])
          t.equal(await create(carol, 'mixed', { name, labels: { app } }, kind), 'allowed')
      t.equal(await remove(bob, 'configmaps?labelSelector=app=debug'), 'allowed')
      t.equal(await remove(bob, 'configmaps?labelSelector=app=both'), 'denied', 'for one of them')
      t.equal(await remove(bob, 'secrets/debug-a'), 'allowed')
      t.equal(await remove(bob, 'secrets?labelSelector=app=debug'), 'allowed')
      t.equal(await remove(bob, 'secrets?labelSelector=app=both'), 'denied')
      t.equal(await remove(carol, 'secrets?labelSelector=app=both'), 'allowed', 'what needs no name')
    },
  )

  const metrics = await readMetrics(cluster.members[0]?.socket ?? '')
  t.match(metrics, /^gatehouse_exempted_reviews_total\{policy_name="gate"\} [1-9]/m)
})

function verdictOf(status: number, text: string): string {
  if (status < 300) return 'allowed'
  return text.includes('denied by the fixture') ? 'denied' : `${status} ${text}`
}
