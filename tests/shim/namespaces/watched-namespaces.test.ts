import t from 'tap'
import { KubeClient } from '../../../kube/requests/kube-client.ts'
import { WatchedNamespaces } from '../../../shim/namespaces/watched-namespaces.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'

const KNOWN = { metadata: { name: 'known', labels: { a: 'b' } } }

t.test('only a namespace that the watch does not know is asked for, once each time', async (t) => {
  const asked: string[] = []
  await using site = await startHttpsSite((request, response) => {
    const { url = '' } = request
    if (url.includes('watch=true')) return void response.writeHead(200).flushHeaders()
    if (url.includes('limit='))
      return void response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [KNOWN] }))
    asked.push(url)
    if (url.endsWith('/new')) response.end(JSON.stringify({ metadata: { name: 'new' } }))
    else
      response.writeHead(500).end(JSON.stringify({ kind: 'Status', reason: 'InternalError', message: 'etcd is away' }))
  })
  using client = new KubeClient({ server: new URL(site.url), tls: {} })
  await using namespaces = WatchedNamespaces.start({ client, log: SILENT_LOG, maxSilenceMs: Number.POSITIVE_INFINITY })
  await namespaces.waitUntilSynced()
  t.strictSame(await namespaces.labelsOf('known'), { a: 'b' })
  t.strictSame(asked, [])
  t.strictSame(await namespaces.labelsOf('new'), {})
  t.strictSame(asked, ['/api/v1/namespaces/new'])
  await t.rejects(namespaces.labelsOf('other'), {
    code: 'ERR_NAMESPACES_UNKNOWN',
    message: /500 InternalError: etcd is away/,
  })
})
