import { join } from 'node:path'
import t from 'tap'
import { connectApiServer } from '../../shim/api-server/connect-api-server.ts'
import { WatchedNamespaces } from '../../shim/namespaces/watched-namespaces.ts'
import { SILENT_LOG } from '../../util/log.ts'
import { createControlPlane } from '../helpers/control-plane.ts'
import { until } from '../helpers/until.ts'

const MERGE = 'application/merge-patch+json'

t.setTimeout(120_000)

t.test('the labels of namespaces on a real API server', async (t) => {
  const controlPlane = await createControlPlane(t)
  const api = await controlPlane.start()
  using client = await connectApiServer(join(controlPlane.folder, 'kubeconfig'))
  const early = WatchedNamespaces.start({ client, log: SILENT_LOG, maxSilenceMs: 0 })
  t.teardown(() => early[Symbol.asyncDispose]())

  await t.test('before the list has arrived nothing is known, not even what could be asked for', async (t) => {
    t.notOk(early.isSynced)
    await t.rejects(early.labelsOf('default'), {
      code: 'ERR_NAMESPACES_UNKNOWN',
      message:
        /the labels of the namespace "default" are not known: the list of namespaces has not arrived from https:/,
    })
  })

  await early.waitUntilSynced()
  const namespaces = early

  await t.test('a namespace has the labels that it has now', async (t) => {
    t.match(await namespaces.labelsOf('default'), { 'kubernetes.io/metadata.name': 'default' })
    await api.must('PATCH', '/api/v1/namespaces/default', { metadata: { labels: { team: 'a' } } }, MERGE)
    await until(async () => (await namespaces.labelsOf('default'))['team'] === 'a')
  })

  await t.test('a namespace is known from the moment that it is there', async (t) => {
    for (let number = 1; number <= 20; number++) {
      await api.must('POST', '/api/v1/namespaces', { metadata: { name: `n-${number}`, labels: { n: `${number}` } } })
      t.match(await namespaces.labelsOf(`n-${number}`), { n: `${number}` })
    }
  })

  await t.test('one that does not exist is not found, in the words of the API server', async (t) => {
    const { text } = await api.call('GET', '/api/v1/namespaces/absent')
    await t.rejects(namespaces.labelsOf('absent'), {
      code: 'ERR_NAMESPACE_NOT_FOUND',
      message: JSON.parse(text).message,
    })
  })

  await t.test('without the API server what was known counts no more; with it again, it does', async (t) => {
    await controlPlane.stop()
    await until(() =>
      namespaces.labelsOf('default').then(
        () => false,
        () => true,
      ),
    )
    await t.rejects(namespaces.labelsOf('default'), { code: 'ERR_NAMESPACES_UNKNOWN', message: /ECONNREFUSED/ })
    await controlPlane.start()
    t.match(await namespaces.labelsOf('default'), { team: 'a' })
  })
})
