import { join } from 'node:path'
import t from 'tap'
import { startApiLoad } from '../helpers/api-load.ts'
import { startProcess } from '../helpers/shim-process.ts'
import { startTestCluster, type TestPolicy } from '../helpers/test-cluster.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const POLICIES: Record<string, TestPolicy> = { gate: { guest: 'accept', rules }, other: { guest: 'accept', rules } }

t.test('a shim is replaced under load, again and again, and no request of the API server fails', async (t) => {
  const policies = join(t.testdir(), 'policies.yml')
  const { cluster, api } = await startTestCluster(t, { policies: POLICIES })
  const { socket = '' } = cluster.members[0] ?? {}
  const certificates = join(cluster.folder, 'member-1/shim-certificates')
  const flags = ['--takeover', '--policies', policies, '--socket', socket, '--cert-dir', certificates]

  const load = startApiLoad(api)
  await load.answers(50)
  const shims = []
  for (let turn = 0; turn < 4; turn++) {
    const shim = startProcess(t, { policies: {}, flags })
    await shim.wrote(' ready ')
    shims.push(shim)
    await load.answers(100)
  }
  const { failures, answered } = await load.stop()
  t.strictSame(failures, [])
  t.comment(`${answered} requests`)

  // The API server lets go of an idle connection after 90 s; until then an old shim would still answer on it.
  for (const old of shims.slice(0, -1)) {
    t.match(await old.exited(), { code: 0, stderr: /another shim has taken the socket[\s\S]*stopped cutOff=0/ })
  }
  t.equal((await api.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'last' } })).status, 201)
})
