import t from 'tap'
import { listObjects } from '../../../kube/list-watch/list.ts'
import { KubeClient } from '../../../kube/requests/kube-client.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'

t.test('a long collection is read page by page, with its selectors on each', async (t) => {
  const asked: string[] = []
  await using site = await startHttpsSite((request, response) => {
    asked.push(request.url ?? '')
    const isFirst = !request.url?.includes('continue=')
    const metadata = { resourceVersion: '7', ...(isFirst && { continue: 'a b' }) }
    response.end(JSON.stringify({ metadata, items: [{ metadata: { name: isFirst ? 'one' : 'two' } }] }))
  })
  using client = new KubeClient({ server: new URL(site.url), tls: {} })
  const collection = { path: '/api/v1/pods', labelSelector: 'a=b' }
  const { items, resourceVersion } = await listObjects(client, collection, new AbortController().signal)
  t.strictSame([items.map(({ metadata }) => metadata.name), resourceVersion], [['one', 'two'], '7'])
  t.strictSame(asked, [
    '/api/v1/pods?labelSelector=a%3Db&limit=500',
    '/api/v1/pods?labelSelector=a%3Db&limit=500&continue=a+b',
  ])
})
