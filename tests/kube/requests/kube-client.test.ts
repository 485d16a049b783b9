import type { IncomingMessage, ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { KubeClient } from '../../../kube/requests/kube-client.ts'
import { isKubeError } from '../../../kube/requests/kube-error.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

async function connect(t: Test, listener: Listener, path = '') {
  const site = await startHttpsSite(listener)
  t.teardown(() => site[Symbol.asyncDispose]())
  const client = new KubeClient({ server: new URL(`${site.url}${path}`), tls: {}, authorize: async () => 'Bearer a' })
  t.teardown(() => client[Symbol.dispose]())
  return client
}

t.test('the text of an answer is what came over the wire', async (t) => {
  const text = '{"n":9007199254740993.10}'
  const client = await connect(t, (_, response) => response.end(text))
  t.strictSame(await client.send({ path: '/' }), { status: 200, text })
})

t.test('a request carries its method, path, body, type and token', async (t) => {
  const client = await connect(
    t,
    async (request, response) => {
      const { method, url, headers } = request
      const body = (await request.toArray()).join('')
      response.end(JSON.stringify({ method, url, type: headers['content-type'], token: headers.authorization, body }))
    },
    '/below',
  )
  t.strictSame(await client.call({ method: 'POST', path: '/apis?dryRun=All', body: { a: 1 } }), {
    method: 'POST',
    url: '/below/apis?dryRun=All',
    type: 'application/json',
    token: 'Bearer a',
    body: '{"a":1}',
  })
  const patch = { method: 'PATCH', path: '/', body: '{"a":1.0}', contentType: 'application/merge-patch+json' } as const
  t.match(await client.call(patch), { body: '{"a":1.0}', type: 'application/merge-patch+json' })
})

t.test('the body of a DELETE arrives, and is no request of its own', async (t) => {
  const client = await connect(t, async (request, response) => {
    response.end(JSON.stringify({ method: request.method, body: (await request.toArray()).join('') }))
  })
  const asked = { method: 'DELETE', path: '/', body: { preconditions: { uid: 'a' } } } as const
  t.strictSame(await client.call(asked), { method: 'DELETE', body: '{"preconditions":{"uid":"a"}}' })
  t.strictSame(await client.call({ path: '/' }), { method: 'GET', body: '' })
})

t.test('a refusal is an error with the status, reason and message of the API server', async (t) => {
  const status = { kind: 'Status', code: 409, reason: 'Conflict', message: 'the object has been modified' }
  const client = await connect(t, (_, response) => response.writeHead(409).end(JSON.stringify(status)))
  const error = await client.call({ path: '/api' }).catch((error: unknown) => error)
  t.ok(isKubeError(error, 409))
  t.notOk(isKubeError(error, 404))
  t.match(error, {
    code: 'ERR_KUBE_API',
    status: 409,
    reason: 'Conflict',
    statusMessage: 'the object has been modified',
  })
  t.match(error, { message: /^GET https:\/\/localhost:\d+\/api: 409 Conflict: the object has been modified$/ })
})

t.test('a refusal that is no Status is told in its own words', async (t) => {
  const client = await connect(t, (_, response) => response.writeHead(502).end('bad gateway'))
  await t.rejects(client.call({ path: '/' }), { status: 502, reason: '', message: /: 502: bad gateway$/ })
})

t.test(
  'connections are kept, and a request on one that was closed meanwhile is sent again unless it might count twice',
  async (t) => {
    let seen = 0
    const client = await connect(t, (request, response) => {
      seen += 1
      // the second request on a connection finds it closed
      if (seen % 2 === 0) request.socket.destroy()
      else response.end('{}')
    })
    t.match(await client.send({ path: '/' }), { status: 200 })
    t.match(await client.send({ path: '/' }), { status: 200 })
    t.equal(seen, 3)
    await t.rejects(client.send({ method: 'POST', path: '/' }), { code: 'ERR_KUBE_CONNECTION' })
    t.equal(seen, 4)
  },
)

t.test('an answer that does not come, or does not end, is an error', async (t) => {
  const client = await connect(t, (request, response) => {
    if (request.url === '/begun') response.write('{')
  })
  const message = /^GET https:.*: no answer within 0\.05 s$/
  await t.rejects(client.send({ path: '/', timeoutMs: 50 }), { code: 'ERR_KUBE_CONNECTION', message })
  await t.rejects(client.send({ path: '/begun', timeoutMs: 50 }), { message: /no end within 0\.05 s$/ })
})

t.test('a request ends with its signal, for the reason of the signal', async (t) => {
  const controller = new AbortController()
  const client = await connect(t, () => controller.abort(new Error('enough')))
  await t.rejects(client.send({ path: '/', signal: controller.signal }), { message: 'enough' })
})

t.test('a server that is not there is an error that names it', async (t) => {
  const client = new KubeClient({ server: new URL('https://localhost:1'), tls: {} })
  await t.rejects(client.send({ path: '/api' }), {
    code: 'ERR_KUBE_CONNECTION',
    message: /localhost:1\/api: .*ECONNREFUSED/,
  })
})

t.test('credentials are read again after a while; what cannot be read changes nothing', async (t) => {
  const site = await startHttpsSite((request, response) => response.end(JSON.stringify(request.headers.authorization)))
  t.teardown(() => site[Symbol.asyncDispose]())
  const connection = (token: string) => ({ server: new URL(site.url), tls: {}, authorize: async () => token })
  let read = async () => connection('second')
  using client = new KubeClient(connection('first'), { reload: () => read(), reloadMs: 0 })
  t.equal(await client.call({ path: '/' }), 'second')
  read = async () => {
    throw new Error('half-written')
  }
  t.equal(await client.call({ path: '/' }), 'second')
  using patient = new KubeClient(connection('first'), { reload: async () => connection('second') })
  t.equal(await patient.call({ path: '/' }), 'first')
})

t.test('with another client certificate, or authority, connections are opened anew', async (t) => {
  const site = await startHttpsSite((request, response) => response.end(String(request.socket.remotePort)))
  t.teardown(() => site[Symbol.asyncDispose]())
  const server = new URL(site.url)
  let tls = {}
  using client = new KubeClient({ server, tls }, { reload: async () => ({ server, tls }), reloadMs: 0 })
  const first = (await client.send({ path: '/' })).text
  t.equal((await client.send({ path: '/' })).text, first)
  tls = { servername: 'localhost' }
  t.not((await client.send({ path: '/' })).text, first)
})
