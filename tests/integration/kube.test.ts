import { join } from 'node:path'
import t from 'tap'
import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { LeaderElection } from '../../kube/lease/leader-election.ts'
import { type Lease, leasePath } from '../../kube/lease/lease.ts'
import { MemberLease } from '../../kube/lease/member-lease.ts'
import { ListWatch } from '../../kube/list-watch/list-watch.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { SILENT_LOG } from '../../util/log.ts'
import { createControlPlane } from '../helpers/control-plane.ts'
import { until } from '../helpers/until.ts'

t.setTimeout(300_000)

t.test('against a real API server', async (t) => {
  const controlPlane = await createControlPlane(t)
  const api = await controlPlane.start()
  const client = new KubeClient(await readKubeconfig(join(controlPlane.folder, 'kubeconfig')))
  t.teardown(() => client[Symbol.dispose]())
  const log = SILENT_LOG

  await t.test('an answer keeps its numbers, and a refusal its reason', async (t) => {
    const { status, text } = await client.send({ path: '/api/v1/namespaces/default' })
    t.equal(status, 200)
    t.equal(JSON.parse(text).metadata.name, 'default')
    const refusal = await client.call({ path: '/api/v1/namespaces/absent' }).catch((error: unknown) => error)
    t.match(refusal, { status: 404, reason: 'NotFound', statusMessage: 'namespaces "absent" not found' })
  })

  await t.test('a watch follows additions, changes and removals', async (t) => {
    const changes: string[] = []
    await using watch = new ListWatch({
      client,
      collection: { path: '/api/v1/configmaps', fieldSelector: 'metadata.namespace=default' },
      read: ({ metadata }) => metadata.labels?.['a'] ?? '',
      onChange: ({ key, value }) => changes.push(`${key}=${value}`),
      log,
    }).start()
    t.notOk(watch.isSynced)
    await watch.waitUntilSynced()
    t.ok(watch.isSynced)
    const path = '/api/v1/namespaces/default/configmaps'
    await api.must('POST', path, { metadata: { name: 'one', labels: { a: '1' } } })
    await api.must('PATCH', `${path}/one`, { metadata: { labels: { a: '2' } } }, 'application/merge-patch+json')
    await api.must('DELETE', `${path}/one`)
    await until(() => changes.length === 3)
    t.strictSame(changes, ['default/one=1', 'default/one=2', 'default/one=undefined'])
    t.equal(watch.silentForMs, 0)
  })

  await t.test('a watch survives a restart of the API server, and finds what no event told it', async (t) => {
    await using watch = new ListWatch({
      client,
      collection: { path: '/api/v1/namespaces' },
      read: ({ metadata }) => metadata.labels ?? {},
      log,
    }).start()
    await watch.waitUntilSynced()
    await api.must('POST', '/api/v1/namespaces', { metadata: { name: 'lost' } })
    await until(() => watch.items.has('lost'))

    // Removed behind the API server's back: its next watch cache begins later, so that ours is too old (410).
    await controlPlane.forget('/registry/namespaces/lost')
    await until(() => watch.silentForMs > 0)
    t.ok(watch.isSynced, 'what was known is kept')
    t.ok(watch.items.has('lost'))

    const restarted = await controlPlane.start()
    await restarted.must('POST', '/api/v1/namespaces', { metadata: { name: 'after', labels: { b: 'c' } } })
    await until(() => watch.items.has('after'))
    t.notOk(watch.items.has('lost'))
    t.match(watch.items.get('after'), { b: 'c' })
  })

  await t.test('a watch that starts while the API server is down is in step as soon as it is up', async (t) => {
    await controlPlane.stop()
    const collection = { path: '/api/v1/namespaces' }
    await using watch = new ListWatch({ client, collection, read: () => true, log }).start()
    await t.rejects(client.call({ path: '/api/v1/namespaces' }), { code: 'ERR_KUBE_CONNECTION' })
    t.notOk(watch.isSynced)
    t.equal(watch.silentForMs, Number.POSITIVE_INFINITY)
    await controlPlane.start()
    await watch.waitUntilSynced()
    t.ok(watch.items.has('default'))
  })

  await t.test('a watch ends in the middle of everything, and tells whoever waits', async (t) => {
    await controlPlane.stop()
    const collection = { path: '/api/v1/namespaces' }
    const watch = new ListWatch({ client, collection, read: () => true, log }).start()
    const waiting = t.rejects(watch.waitUntilSynced(), { message: /stopped before it was synced/ })
    await watch[Symbol.asyncDispose]()
    await waiting
    await controlPlane.start()
  })

  const times = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 200 }
  const lease = { namespace: 'kube-system', name: 'election' }
  const readLease = (name: string) => client.call<Lease>({ path: leasePath({ ...lease, name }) })

  await t.test('of two candidates one leads; when it stops, the other leads at once', async (t) => {
    const first = new LeaderElection({ client, lease, identity: 'first', times, log }).start()
    await until(() => first.isLeader)
    await using second = new LeaderElection({ client, lease, identity: 'second', times, log }).start()
    const { spec: before } = await readLease('election')
    await until(async () => (await readLease('election')).spec.renewTime !== before.renewTime)
    t.notOk(second.isLeader)
    await first[Symbol.asyncDispose]()
    t.notOk(first.isLeader)
    await until(() => second.isLeader)
    t.match((await readLease('election')).spec, { holderIdentity: 'second', leaseTransitions: 1 })
  })

  await t.test('a leader that died is followed when its lease has run out', async (t) => {
    const name = 'left-behind'
    await api.must('POST', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', {
      metadata: { name },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 1, leaseTransitions: 0 },
    })
    const options = { client, lease: { ...lease, name }, identity: 'heir', times, log }
    await using heir = new LeaderElection(options).start()
    await until(() => heir.isLeader)
    t.match((await readLease(name)).spec, { holderIdentity: 'heir', leaseTransitions: 1 })
  })

  await t.test(
    'a leader that cannot renew stops to lead before others may take over, and leads again later',
    async (t) => {
      const turns: boolean[] = []
      const onChange = (isLeader: boolean) => turns.push(isLeader)
      const options = { client, lease: { ...lease, name: 'cut-off' }, identity: 'only', times, onChange, log }
      await using only = new LeaderElection(options).start()
      await until(() => only.isLeader)
      await controlPlane.stop()
      await until(() => turns.length === 2)
      t.notOk(only.isLeader)
      await controlPlane.start()
      await until(() => only.isLeader)
      t.strictSame(turns, [true, false, true])
    },
  )

  await t.test(
    'a member says what it has to say, again when somebody removes it, and no more when it stops',
    async (t) => {
      const name = 'member'
      const member = new MemberLease({
        client,
        lease: { ...lease, name },
        identity: 'host-1',
        labels: { app: 'gatehouse' },
        annotations: { sets: 'a' },
        durationMs: 3000,
        log,
      }).start()
      await until(() => member.isWritten)
      const { metadata, spec } = await readLease(name)
      t.match(metadata, { labels: { app: 'gatehouse' }, annotations: { sets: 'a' } })
      t.match(spec, { holderIdentity: 'host-1', leaseDurationSeconds: 3 })
      member.annotate({ sets: 'a,b' })
      t.notOk(member.isWritten)
      await until(() => member.isWritten)
      t.strictSame((await readLease(name)).metadata.annotations, { sets: 'a,b' })

      await client.call({ method: 'DELETE', path: leasePath({ ...lease, name }) })
      await until(async () => (await client.send({ path: leasePath({ ...lease, name }) })).status === 200)
      await member[Symbol.asyncDispose]()
      member.annotate({ sets: 'c' })
      t.strictSame((await readLease(name)).metadata.annotations, { sets: 'a,b' })
    },
  )
})
