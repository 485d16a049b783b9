import { writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { askShim } from '../../../shim/admin/admin-client.ts'
import { entryPath } from '../../helpers/entries.ts'
import { buildAnsweringGuest } from '../../helpers/guests.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { admissionReview } from '../../helpers/policies.ts'
import { startShim } from '../../helpers/shim.ts'
import { until } from '../../helpers/until.ts'

const EVERYTHING = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }]
const DENYING = { guest: buildAnsweringGuest('{"valid":true,"accepted":false,"message":"no"}'), rules: EVERYTHING }
const POLICIES = {
  a: { ...DENYING, namespaceSelector: { matchLabels: { a: 'b' } } },
  c: { ...DENYING, namespaceSelector: { matchLabels: { c: 'd' } } },
}
const NODES = {
  resource: { group: '', version: 'v1', resource: 'nodes' },
  requestResource: undefined,
  namespace: undefined,
}
const NAMESPACES = { resource: { group: '', version: 'v1', resource: 'namespaces' }, namespace: 'n', name: 'n' }

/** A shim that decides namespaceSelectors by what this API server says. */
async function askBeside(t: Test, apiServer: RequestListener) {
  const site = await startHttpsSite(apiServer)
  t.teardown(() => site[Symbol.asyncDispose]())
  const kubeconfig = join(t.testdir(), 'kubeconfig')
  const entry = (field: string, content: object) => [{ name: 'a', [field]: content }]
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'a',
      contexts: entry('context', { cluster: 'a', user: 'a' }),
      clusters: entry('cluster', { server: site.url }),
      users: entry('user', { token: 'a' }),
    }),
  )
  const test = await startShim(t, POLICIES, { selectors: 'shim', kubeconfig })
  t.teardown(() => test[Symbol.asyncDispose]())
  const path = await entryPath(join(test.folder, 'policies.yml'), 'validate-1', 'shim')
  const ask = async (fields: object) => {
    const { status, text } = await test.call('POST', path, admissionReview(fields))
    return { status, ...(JSON.parse(text) as { response?: object; message?: string }) }
  }
  return Object.assign(ask, { adminSocket: test.adminSocket })
}

const KNOWN = { metadata: { name: 'n', labels: { a: 'b' } } }

t.test('members are asked whose selectors select the labels of the namespace', async (t) => {
  const ask = await askBeside(t, (request, response) => {
    if (request.url?.includes('limit='))
      response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [KNOWN] }))
    else if (request.url?.includes('watch=')) response.writeHead(200).flushHeaders()
    else response.writeHead(404).end(JSON.stringify({ reason: 'NotFound', message: 'namespaces "absent" not found' }))
  })
  await until(async () => (await ask({ namespace: 'n' })).status === 200)
  t.match(await ask({ namespace: 'n' }), { response: { allowed: false, status: { message: 'policy a: no' } } })
  t.match(
    await ask(NODES),
    { response: { status: { message: 'policy a: no; policy c: no' } } },
    'objects of the cluster: always',
  )
  const written = { ...NAMESPACES, object: { metadata: { name: 'n', labels: { c: 'd' } } } }
  t.match(await ask(written), { response: { status: { message: 'policy c: no' } } }, 'a Namespace: its own labels')
  t.match(await ask({ ...NAMESPACES, operation: 'DELETE' }), { response: { status: { message: 'policy a: no' } } })
  t.match(
    await ask({ namespace: 'absent' }),
    {
      status: 200,
      response: { allowed: false, status: { message: 'namespaces "absent" not found', reason: 'NotFound', code: 404 } },
    },
    'as the API server itself',
  )
})

t.test('while nothing is known of namespaces failurePolicy decides, but for what does not lie in one', async (t) => {
  const ask = await askBeside(t, (_, response) => response.writeHead(500).end('{}'))
  t.match(await ask({ namespace: 'n' }), { status: 503, message: /the labels of the namespace "n" are not known/ })
  t.match(await ask(NODES), { status: 200, response: { allowed: false } })
})

t.test('where all members are disabled by hand nobody is asked for the namespace', async (t) => {
  const ask = await askBeside(t, (_, response) => response.writeHead(500).end())
  t.match(await ask({ namespace: 'n' }), { status: 503 })
  await askShim(ask.adminSocket, 'POST /disable', { policyId: 'a', forMs: 60_000 })
  t.match(await ask({ namespace: 'n' }), { status: 503 }, 'the other one still has to know')
  await askShim(ask.adminSocket, 'POST /disable', { forMs: 60_000 })
  t.match(await ask({ namespace: 'n' }), { status: 200, response: { allowed: true } })
})
