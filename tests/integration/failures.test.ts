import t from 'tap'
import type { Api } from '../helpers/api.ts'
import { startTestCluster, type TestPolicy } from '../helpers/test-cluster.ts'

const CONFIG_MAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]

/** A policy that decides about ConfigMaps of the namespace that has its name. */
function inNamespace(name: string, policy: Omit<TestPolicy, 'rules'>): Record<string, TestPolicy> {
  return {
    [name]: {
      rules: CONFIG_MAPS,
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
      ...policy,
    },
  }
}

async function createNamespaces(api: Api, names: readonly string[]): Promise<void> {
  for (const name of names) await api.must('POST', '/api/v1/namespaces', { metadata: { name } })
}

function createConfigMap(api: Api, namespace: string, object: object = { metadata: { generateName: 'test-' } }) {
  return api.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, object)
}

t.test('a guest that misbehaves costs its own request and nothing else', async (t) => {
  const { api } = await startTestCluster(t, {
    policies: {
      ...inNamespace('accept', { guest: 'accept' }),
      ...inNamespace('trap', { guest: 'trap' }),
      ...inNamespace('loop', { guest: 'loop', timeoutEvalSeconds: 1 }),
      ...inNamespace('memory-bomb', { guest: 'memory-bomb' }),
      ...inNamespace('stack-overflow', { guest: 'stack-overflow' }),
      ...inNamespace('garbage', { guest: 'garbage-verdict' }),
      ...inNamespace('wrong-pointers', { guest: 'wrong-pointers' }),
      ...inNamespace('deny-settings', { guest: 'deny-settings' }),
      ...inNamespace('monitored', { guest: 'deny', policyMode: 'monitor' }),
      ...inNamespace('mutation-forbidden', { guest: 'mutate' }),
      ...inNamespace('late-api-server', { guest: 'loop', timeoutSeconds: 1 }),
    },
  })
  await createNamespaces(api, [
    ...['accept', 'trap', 'loop', 'memory-bomb', 'stack-overflow', 'garbage', 'wrong-pointers', 'deny-settings'],
    ...['monitored', 'mutation-forbidden', 'late-api-server'],
  ])

  const messages: Record<string, RegExp> = {
    trap: /internal server error: .*unreachable/,
    loop: /Policy execution interrupted because it exceeded the allowed execution time/,
    'memory-bomb': /internal server error: .*memory limit of 128 MiB/,
    'stack-overflow': /internal server error: .*stack/,
    garbage: /internal server error: /,
    'wrong-pointers': /internal server error: /,
    'deny-settings': /settings/,
    'late-api-server': /Policy execution interrupted because it exceeded the allowed execution time/,
  }
  for (const [namespace, message] of Object.entries(messages)) {
    await t.test(`${namespace}: the request is denied with code 500 and the reason`, async (t) => {
      const denied = await createConfigMap(api, namespace)
      t.equal(denied.status, 500)
      t.match(denied.text, `denied the request`)
      t.match(denied.text, message)
      t.equal((await createConfigMap(api, 'accept')).status, 201)
    })
  }

  await t.test('monitor mode lets through what the policy would deny', async (t) => {
    t.equal((await createConfigMap(api, 'monitored')).status, 201)
  })

  await t.test('a policy that may not mutate is denied its mutation', async (t) => {
    const denied = await createConfigMap(api, 'mutation-forbidden')
    t.match(
      denied.text,
      'The policy attempted to mutate the request, but it is currently configured to not allow mutations',
    )
  })
})

t.test('what the shim cannot answer is decided by failurePolicy', async (t) => {
  const cluster = await startTestCluster(t, {
    policies: {
      ...inNamespace('fail', { guest: 'accept' }),
      ...inNamespace('ignore', { guest: 'deny', failurePolicy: 'Ignore' }),
      ...inNamespace('slow', { guest: 'loop', timeoutEvalSeconds: 20, timeoutSeconds: 25 }),
    },
  })
  const { api } = cluster
  await createNamespaces(api, ['fail', 'ignore', 'slow'])

  await t.test('with the shim there, both policies decide', async (t) => {
    t.equal((await createConfigMap(api, 'fail')).status, 201)
    t.equal((await createConfigMap(api, 'ignore')).status, 400)
  })

  await t.test('with the socket gone, Fail refuses at once and names the socket, Ignore lets through', async (t) => {
    await cluster.stopShim()
    const refused = await createConfigMap(api, 'fail')
    t.equal(refused.status, 500)
    t.match(refused.text, /failed calling webhook .*dial unix .*: connect: no such file or directory/)
    t.equal((await createConfigMap(api, 'ignore')).status, 201)
  })

  await t.test('with the shim back, the API server asks it again without a restart', async (t) => {
    await cluster.startShim()
    t.equal((await createConfigMap(api, 'fail')).status, 201)
    t.equal((await createConfigMap(api, 'ignore')).status, 400)
  })

  await t.test('a shim killed in the middle of a request fails that request, and not by its timeout', async (t) => {
    const answer = createConfigMap(api, 'slow')
    await cluster.waitForBusyThread()
    await cluster.killShim()
    const refused = await answer
    t.equal(refused.status, 500)
    t.match(refused.text, 'failed calling webhook')
    t.notMatch(refused.text, 'deadline exceeded')
    await cluster.startShim()
    t.equal((await createConfigMap(api, 'fail')).status, 201)
  })

  await t.test('after a restart of the API server the policies decide as before', async (t) => {
    await cluster.restartApiServer()
    t.equal((await createConfigMap(api, 'fail')).status, 201)
    t.equal((await createConfigMap(api, 'ignore')).status, 400)
  })

  await t.test('an object as large as the API server takes one passes', async (t) => {
    // 1 MiB is what a ConfigMap may hold; the dry run keeps it out of etcd
    const large = { metadata: { name: 'large' }, data: { blob: 'x'.repeat(1_000_000) } }
    const created = await api.call('POST', '/api/v1/namespaces/fail/configmaps?dryRun=All', large)
    t.equal(created.status, 201)
    t.equal((await api.call('POST', '/api/v1/namespaces/ignore/configmaps?dryRun=All', large)).status, 400)
  })

  await t.test('an object that the API server does not take does not reach the shim', async (t) => {
    const oversize = { metadata: { name: 'oversize' }, data: { blob: 'x'.repeat(4_000_000) } }
    t.equal((await createConfigMap(api, 'fail', oversize)).status, 413)
  })
})
