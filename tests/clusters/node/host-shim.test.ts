import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { kindLayout } from '../../../clusters/kind/layout.ts'
import { findClusterProcesses } from '../../../clusters/local/cluster-processes.ts'
import { ensureHostShim, waitForShim } from '../../../clusters/node/host-shim.ts'
import { makeFolder } from '../../../util/make-folder.ts'
import { makeShortFolder } from '../../helpers/short-folder.ts'

t.test('a shim beside a node that does not start is told by its log, with where all of it is', async (t) => {
  const folder = makeShortFolder(t)
  const layout = kindLayout('beside', join(folder, 'state'), join(folder, 'run'))
  await makeFolder(layout.logs)
  const policies = join(folder, 'policies.yml')
  writeFileSync(policies, '{}')
  const wasmPolicies = { policies, defaultExclusions: true, shimArgs: ['--no-such-flag'] }
  const record = { layout, state: { kubernetesVersion: '1.37.2', webhooks: 'static', wasmPolicies } } as const
  await t.rejects(ensureHostShim(record), {
    code: 'ERR_CLUSTER_START',
    message: /^cluster 'beside': shim-1 ended with code 2 before it was ready; .*--no-such-flag/s,
    hint: /gatehouse cluster logs --name beside\./,
  })
  t.same(await findClusterProcesses(layout), [])

  await t.test('nor is one forgotten that never answers', async (t) => {
    await t.rejects(waitForShim(record, undefined, 0), {
      code: 'ERR_CLUSTER_START',
      message: `cluster 'beside': no shim answers on ${layout.member.socket} after 0 s`,
      hint: /gatehouse cluster logs --name beside\./,
    })
  })
})
