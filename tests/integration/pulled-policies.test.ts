import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { connectApi } from '../helpers/api.ts'
import { runCommand } from '../helpers/command.ts'
import { buildGuest } from '../helpers/guests.ts'
import { startRegistry } from '../helpers/registry.ts'

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps'
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]

/** `alice`, whose password is `open sesame`, as htpasswd writes her. */
const HTPASSWD = 'alice:$2a$04$LehEODo0edRbiVA47vDXbu6Vv87z4AfTyWK0Fjl/XfRaDHiMVWK1y\n'

t.test('a cluster gets its policies from a registry with TLS and passwords, and keeps them without it', async (t) => {
  const folder = t.testdir({ htpasswd: HTPASSWD, 'gate.wasm': '' })
  const file = (name: string) => join(folder, name)
  const auth = { htpasswd: { realm: 'test', path: file('htpasswd') } }
  const registry = await startRegistry(t, { tls: true, auth })
  writeFileSync(file('ca.pem'), registry.authority)
  writeFileSync(
    file('sources.yml'),
    JSON.stringify({ source_authorities: { [registry.host]: [{ type: 'Path', path: 'ca.pem' }] } }),
  )
  const user = Buffer.from('alice:open sesame').toString('base64')
  writeFileSync(file('config.json'), JSON.stringify({ auths: { [registry.host]: { auth: user } } }))
  writeFileSync(file('gate.wasm'), buildGuest('deny'))
  const access = ['--sources-path', file('sources.yml'), '--docker-config-json-path', folder]
  const pushed = await runCommand('push', file('gate.wasm'), `${registry.host}/policies/gate:v1`, ...access)
  t.equal(pushed.code, 0, pushed.stderr)

  const gate = { module: `registry://${registry.host}/policies/gate:v1`, rules }
  writeFileSync(file('policies.yml'), JSON.stringify({ gate }))
  const shimArgs = [...access, '--policies-download-dir', file('store')]
  const cluster = await startLocalCluster({
    wasmPolicies: { policies: file('policies.yml'), defaultExclusions: true, shimArgs },
  })
  t.teardown(() => cluster[Symbol.asyncDispose]())
  const api = await connectApi(cluster.kubeconfig)
  const create = (name: string) => api.call('POST', CONFIGMAPS, { metadata: { name } })
  const denied = { status: 400, text: /admission webhook .*denied the request/ }
  t.match(await create('before'), denied)

  await registry.stop()
  await cluster.stopShim()
  t.match(await create('between'), { status: 500 }, 'nobody answers')
  await cluster.startShim()
  t.match(await create('after'), denied)
})
