import t from 'tap'
import { readMetrics, startTestCluster, type TestPolicy, writePolicies } from '../helpers/test-cluster.ts'

const RULES = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const LENIENT: Record<string, TestPolicy> = { gate: { guest: 'accept', rules: RULES } }
const STRICT: Record<string, TestPolicy> = { gate: { guest: 'deny', rules: RULES } }
const BROKEN: Record<string, TestPolicy> = { gate: { guest: 'deny-settings', rules: RULES } }

t.test('an edit is in force on a real API server, without a restart and without a failed request', async (t) => {
  const folder = t.testdir()
  const { api, cluster } = await startTestCluster(t, { policies: LENIENT })
  const { socket = '' } = cluster.members[0] ?? {}
  // startTestCluster wrote them into this test's folder
  const edit = (policies: Record<string, TestPolicy>) => writePolicies(folder, policies)
  const create = async () => {
    const object = { metadata: { generateName: 'test-' } }
    const { status, text } = await api.call('POST', '/api/v1/namespaces/default/configmaps', object)
    if (status === 201) return 'allowed'
    return text.includes('denied by the fixture') ? 'denied' : text
  }
  /** Asks until this is the verdict; gives everything that was no verdict. */
  const until = async (verdict: string) => {
    const seen: string[] = []
    do seen.push(await create())
    while (seen.at(-1) !== verdict)
    return seen.filter((answer) => answer !== 'allowed' && answer !== 'denied')
  }

  t.equal(await create(), 'allowed')
  edit(STRICT)
  t.strictSame(await until('denied'), [])
  edit(LENIENT)
  t.strictSame(await until('allowed'), [])

  edit(BROKEN)
  while (!(await readMetrics(socket)).includes('gatehouse_policies{state="outdated"} 1'));
  t.equal(await create(), 'allowed', 'the last good version answers')
  edit(STRICT)
  t.strictSame(await until('denied'), [])

  const spans: number[] = []
  for (let turn = 0; turn < 6; turn++) {
    const startedAt = performance.now()
    edit(turn % 2 === 0 ? LENIENT : STRICT)
    t.strictSame(await until(turn % 2 === 0 ? 'allowed' : 'denied'), [])
    spans.push(performance.now() - startedAt)
  }
  // a busy machine may be late at times, but not always
  t.ok(Math.min(...spans) < 1000, `in force after ${spans.map(Math.round).join(', ')} ms`)
})
