import t from 'tap'
import { startLocalCluster } from '../../../clusters/local/start-local-cluster.ts'
import { API_SERVER_KINDS, type ApiServerKind } from '../../../plugin/api-server-kind.ts'
import { connectApi } from '../../helpers/api.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'
import { askAll, CASES, writeAuditPolicy, writeCasePolicies } from '../../helpers/verdicts/ask.ts'
import type { Verdict } from '../../helpers/verdicts/case.ts'

/** Minutes, on a machine where the API server has to be built first. */
const timeout = 30 * 60_000
t.setTimeout(timeout)

t.test('whoever asks the policies, a client sees the same', { timeout }, async (t) => {
  const policies = writeCasePolicies(t.testdir())
  const verdicts = new Map<ApiServerKind, Readonly<Record<string, Verdict>>>()
  for (const apiServer of API_SERVER_KINDS) {
    const { auditLog, flags } = writeAuditPolicy(makeShortFolder(t))
    const wasmPolicies = { policies, defaultExclusions: true }
    await using cluster = await startLocalCluster({ apiServer, wasmPolicies, apiServerArgs: flags })
    verdicts.set(apiServer, await askAll(await connectApi(cluster.kubeconfig), auditLog))
  }
  const stock = verdicts.get('stock') ?? {}
  // else nothing would be compared
  t.ok(Object.values(stock).some(({ status }) => status === 201))
  t.strictSame(stock['a warning']?.warnings, ['mind the gap'])
  t.match(stock['what a guest is shown of a creation']?.warnings, [/^CREATE v1 .*configmaps.*shown\/one.*"b":/])
  t.strictSame(stock['what is noted in the audit log']?.noted, ['team: one'])
  t.match(stock['a group that denies']?.message, 'the group says no')
  for (const { title } of CASES) {
    for (const apiServer of ['in-process', 'in-process-to-shim'] as const) {
      t.strictSame(verdicts.get(apiServer)?.[title], stock[title], `${apiServer}: ${title}`)
    }
  }
})
