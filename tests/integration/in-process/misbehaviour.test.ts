import { readFileSync } from 'node:fs'
import t from 'tap'
import { startLocalCluster } from '../../../clusters/local/start-local-cluster.ts'
import { API_SERVER_KINDS } from '../../../plugin/api-server-kind.ts'
import { connectApi } from '../../helpers/api.ts'
import type { GuestName } from '../../helpers/guests.ts'
import { type TestPolicy, writePolicies } from '../../helpers/test-cluster.ts'

const timeout = 30 * 60_000
t.setTimeout(timeout)

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const GUESTS: Readonly<Record<string, GuestName>> = {
  good: 'accept',
  bomb: 'memory-bomb',
  endless: 'loop',
  deep: 'stack-overflow',
}
/** What a client is told of each guest, whoever runs it. */
const REASONS: Readonly<Record<string, RegExp>> = {
  bomb: /memory limit of 128 MiB/,
  endless: /exceeded the allowed execution time/,
  deep: /stack/,
}

/** What one bomb takes before it is ended. */
const BOMB_MIB = 128

/** The most memory that a process ever had. */
function peakMiB(pid: number | undefined): number {
  const [, kibibytes = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kibibytes) / 1024)
}

for (const apiServer of API_SERVER_KINDS) {
  t.test(`${apiServer}: a guest that misbehaves costs its own request alone`, { timeout }, async (t) => {
    const policies = writePolicies(
      t.testdir(),
      Object.fromEntries(
        Object.entries(GUESTS).map(([name, guest]): [string, TestPolicy] => [
          name,
          {
            guest,
            timeoutEvalSeconds: 1,
            rules: RULES,
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
          },
        ]),
      ),
    )
    await using cluster = await startLocalCluster({ apiServer, wasmPolicies: { policies, defaultExclusions: true } })
    const api = await connectApi(cluster.kubeconfig)
    const create = (namespace: string) =>
      api.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { generateName: 'x-' } })
    for (const name of Object.keys(GUESTS)) await api.must('POST', '/api/v1/namespaces', { metadata: { name } })
    const server = await cluster.pidOf('kube-apiserver-1')
    const peak = peakMiB(server)

    for (const [name, reason] of Object.entries(REASONS)) {
      const [bad, good, unrelated] = await Promise.all([
        create(name),
        create('good'),
        api.call('GET', '/api/v1/namespaces/default'),
      ])
      t.equal(bad.status, 500, name)
      t.match(bad.text, reason)
      t.equal(good.status, 201, `beside ${name}`)
      t.equal(unrelated.status, 200)
    }
    // many at once, and the same process goes on
    const flood = await Promise.all(Array.from({ length: 8 }, () => create('bomb')))
    t.strictSame([...new Set(flood.map(({ status }) => status))], [500])
    t.equal((await create('good')).status, 201)
    t.equal(await cluster.pidOf('kube-apiserver-1'), server)
    const grown = peakMiB(server) - peak
    t.comment(`the API server's peak of ${peak} MiB grew by ${grown} MiB`)
    if (apiServer !== 'in-process') t.ok(grown < BOMB_MIB, `the bombs went off elsewhere: ${grown} MiB`)
  })
}
