import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ANONYMOUS } from '../../../artifacts/credentials/credentials.ts'
import { digestOf } from '../../../artifacts/digest.ts'
import { fetchModule } from '../../../artifacts/fetch-module.ts'
import { parseReference } from '../../../artifacts/reference.ts'
import { loadSources } from '../../../artifacts/sources/load-sources.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { startScriptedServer } from '../../helpers/scripted-server.ts'

const MODULE = Buffer.from('\0asm\x01\0\0\0')
const USER = `Basic ${Buffer.from('user:secret').toString('base64')}`

/** A proxy on loopback, and what it was asked: `CONNECT host:port` or `GET url`. */
async function startProxy(t: Test, status = 200) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? 'nobody'}`)
    const url = new URL(request.url ?? '')
    send(url, (answer) => answer.pipe(response)).end()
  })
  server.on('connect', (request, client) => {
    seen.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? 'nobody'}`)
    if (status !== 200) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const upstream = connect(Number(port), host, () => client.write('HTTP/1.1 200 OK\r\n\r\n'))
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
    return client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

async function options(t: Test, text: string) {
  const file = join(t.testdir({ 'sources.yml': text }), 'sources.yml')
  return { sources: await loadSources(file), credentials: ANONYMOUS, limits: { attempts: 1 } }
}

t.test('HTTPS goes through a tunnel of the proxy, verified end to end', async (t) => {
  const proxy = await startProxy(t)
  await using site = await startHttpsSite((_, response) => response.end(MODULE))
  const { host } = new URL(site.url)
  const reference = parseReference(`${site.url}/policy.wasm`)
  const proxied = await options(t, `proxies: { https_proxy: "http://user:secret@${proxy.host}" }`)
  t.match(await fetchModule(reference, proxied), { digest: digestOf(MODULE) })
  t.strictSame(proxy.seen, [`CONNECT ${host} ${USER}`])

  const direct = await options(t, `proxies: { https_proxy: "${proxy.host}", no_proxy: "localhost" }`)
  t.match(await fetchModule(reference, direct), { digest: digestOf(MODULE) })
  t.equal(proxy.seen.length, 1, 'hosts of no_proxy are asked directly')
})

t.test('HTTP is asked of the proxy', async (t) => {
  const proxy = await startProxy(t)
  const { host } = await startScriptedServer(t, { '/policy.wasm': (response) => response.end(MODULE) })
  const proxied = await options(t, `proxies: { http_proxy: "http://user:secret@${proxy.host}" }`)
  t.match(await fetchModule(parseReference(`http://${host}/policy.wasm`), proxied), { digest: digestOf(MODULE) })
  t.strictSame(proxy.seen, [`GET http://${host}/policy.wasm ${USER}`])
})

t.test('a proxy that refuses is said, without its password', async (t) => {
  const proxy = await startProxy(t, 403)
  const proxied = await options(t, `proxies: { https_proxy: "http://user:secret@${proxy.host}" }`)
  const error = await fetchModule(parseReference('https://policies.test/policy.wasm'), proxied).catch(String)
  t.match(error, /cannot reach policies\.test over HTTPS: .*403/)
  t.notMatch(error, /secret/)
})
