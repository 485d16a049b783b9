import fc from 'fast-check'
import t from 'tap'
import { stringify } from 'yaml'
import type { RequestOptions } from '../../../cli/requests/build-review.ts'
import { type NamedRequest, readObject, readRequests } from '../../../cli/requests/read-requests.ts'

const OPTIONS: RequestOptions = { operation: 'CREATE', namespace: 'default', user: 'alice', groups: ['people'] }

const requestOf = ({ request }: NamedRequest) => JSON.parse(Buffer.from(request.json).toString())

async function readOne(text: string, options: Partial<RequestOptions> = {}) {
  const [request, ...others] = await readRequests('file', text, { ...OPTIONS, ...options })
  if (request === undefined || others.length > 0) throw new Error(`${others.length + 1} requests instead of one`)
  return { title: request.title, request: requestOf(request), text: Buffer.from(request.request.json).toString() }
}

const RECORDED = {
  uid: '1',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  resource: { group: '', version: 'v1', resource: 'pods' },
  name: 'web',
  namespace: 'shop',
  operation: 'CREATE',
  userInfo: { username: 'bob' },
  object: { spec: {} },
}

t.test('an AdmissionReview and the bare request in it are the same, in JSON and in YAML', async (t) => {
  const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: RECORDED }
  for (const text of [JSON.stringify(review), JSON.stringify(RECORDED), stringify(review), stringify(RECORDED)]) {
    const { title, request } = await readOne(text)
    t.equal(title, 'Pod shop/web')
    t.strictSame(request, RECORDED)
  }
})

t.test('the flags for manifests do not change a recorded request', async (t) => {
  const { request } = await readOne(JSON.stringify(RECORDED), { operation: 'DELETE', user: 'carol' })
  t.strictSame(request, RECORDED)
})

t.test('a manifest becomes the request in which the API server would show it', async (t) => {
  const { title, request } = await readOne('{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {}}')
  t.equal(title, 'Deployment default/web')
  const kind = { group: 'apps', version: 'v1', kind: 'Deployment' }
  const resource = { group: 'apps', version: 'v1', resource: 'deployments' }
  t.match(request, {
    uid: /^[0-9a-f-]{36}$/,
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    name: 'web',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'alice', groups: ['people'] },
    object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: {} },
    dryRun: false,
    options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
  })
  t.notOk('oldObject' in request)
})

t.test('a deletion has an old object and no object, an update has both', async (t) => {
  const pod = '{apiVersion: v1, kind: Pod, metadata: {name: web}}'
  const deleted = (await readOne(pod, { operation: 'DELETE' })).request
  t.notOk('object' in deleted)
  t.match(deleted, { oldObject: { kind: 'Pod' }, options: { kind: 'DeleteOptions' } })
  const updated = (await readOne(pod, { operation: 'UPDATE', oldObject: { old: true } })).request
  t.match(updated, { object: { kind: 'Pod' }, oldObject: { old: true }, options: { kind: 'UpdateOptions' } })
})

t.test('the namespace is the one of the object, of the kind, or of the flag', async (t) => {
  const namespaceOf = async (manifest: string) => (await readOne(manifest, { namespace: 'flag' })).request.namespace
  t.equal(await namespaceOf('{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: own}}'), 'own')
  t.equal(await namespaceOf('{apiVersion: v1, kind: Pod, metadata: {name: a}}'), 'flag')
  t.equal(await namespaceOf('{apiVersion: v1, kind: Pod}'), 'flag')
  t.equal(await namespaceOf('{apiVersion: v1, kind: Node, metadata: {name: a}}'), undefined)
  t.equal(await namespaceOf('{apiVersion: v1, kind: Namespace, metadata: {name: a}}'), 'a')
  t.equal(await namespaceOf('{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}}'), undefined)
  t.equal(await namespaceOf('{apiVersion: example.com/v1, kind: Widget, metadata: {namespace: own}}'), 'own')
})

t.test('several documents and lists become several requests, in their order', async (t) => {
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })
  const text = [
    stringify(pod('a')),
    stringify({ apiVersion: 'v1', kind: 'List', items: [pod('b'), pod('c')] }),
    stringify({ apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'd' } }] }),
    '# nothing\n',
    JSON.stringify(RECORDED),
  ].join('---\n')
  const titles = (await readRequests('file', text, OPTIONS)).map(({ title }) => title)
  t.strictSame(titles, ['Pod default/a', 'Pod default/b', 'Pod default/c', 'Pod default/d', 'Pod shop/web'])
})

t.test('a recorded request reaches the policy byte for byte', async (t) => {
  const text = JSON.stringify(RECORDED).replace(
    '{"spec":{}}',
    '{ "big": 9007199254740993, "one": 1.0, "text": "\\u0041" }',
  )
  t.match((await readOne(text)).text, '{ "big": 9007199254740993, "one": 1.0, "text": "\\u0041" }')
})

t.test('numbers of a manifest reach the policy as they are written, in YAML and in JSON', async (t) => {
  const number = fc.oneof(
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.integer().map((value) => `${value}.0`),
  )
  await fc.assert(
    fc.asyncProperty(number, async (source) => {
      for (const text of [
        `{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "n": ${source}}`,
        `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\nn: ${source}\n`,
      ])
        t.match((await readOne(text)).text, `"n":${source}}`)
    }),
    { numRuns: 200 },
  )
})

t.test('what is no request is refused, and says where it stands', async (t) => {
  const refused = (text: string, message: RegExp) =>
    t.rejects(readRequests('in.yaml', text, OPTIONS), { code: 'ERR_REQUEST_INVALID', message })
  await refused('', /in\.yaml: is empty/)
  await refused('a: [', /in\.yaml:1: /)
  await refused('kind: Pod', /in\.yaml:1: is not an AdmissionReview, an AdmissionRequest or a Kubernetes object/)
  await refused('apiVersion: v1\nkind: Pod\n---\n- 1', /in\.yaml:4: is not/)
  await refused('{"request": {"uid": "1"}}', /in\.yaml: .*request\.kind/s)
  const answer = '{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": {"allowed": true}}'
  await refused(answer, /in\.yaml:1: is an AdmissionReview, .* must hold a request/)
  await refused(`kind: List\napiVersion: v1\nitems: [${answer}]`, /in\.yaml:1: is an AdmissionReview, /)
})

t.test('the object that an update finds is one object', async (t) => {
  t.match(await readObject('old.yaml', '{apiVersion: v1, kind: Pod}'), { kind: 'Pod' })
  await t.rejects(readObject('old.yaml', '{apiVersion: v1, kind: Pod}\n---\n{apiVersion: v1, kind: Pod}'), {
    message: /old\.yaml: holds 2 objects; must hold one/,
  })
})
