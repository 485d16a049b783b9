import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import t from 'tap'
import { Drain } from '../../../shim/http/drain.ts'
import type { Answerer } from '../../../shim/http/exchange.ts'
import { openTcpListener } from '../../../shim/http/tcp-listener.ts'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { send } from '../../helpers/shim.ts'

const ANY_PORT = { host: '127.0.0.1', port: 0 }
const answer: Answerer = async () => ({ status: 200, contentType: 'text/plain', body: 'hello' })
const common = { answer, drain: new Drain(), log: SILENT_LOG }

t.test('HTTPS with a certificate, plain HTTP without', async (t) => {
  const folder = t.testdir()
  const certificate = await ensureCertificates({ folder, hosts: ['127.0.0.1'] })
  const https = await openTcpListener({ address: ANY_PORT, certificate, ...common })
  const http = await openTcpListener({ address: ANY_PORT, ...common })
  const ca = await readFile(join(folder, 'ca.crt'))
  t.equal((await send({ ...toHostAndPort(https.address), ca })).text, 'hello')
  t.equal((await send(toHostAndPort(http.address))).text, 'hello')
  for (const listener of [https, http]) {
    await listener.stopAccepting()
    listener.closeConnections()
    await t.rejects(send(toHostAndPort(listener.address)), { code: 'ECONNREFUSED' })
  }
})

t.test(
  'reviews over HTTPS are read as those in a tunnel, and other requests follow on the same connection',
  async (t) => {
    const certificate = await ensureCertificates({ folder: t.testdir(), hosts: ['127.0.0.1'] })
    const https = await openTcpListener({ address: ANY_PORT, certificate, ...common })
    const client = connect({ ...toHostAndPort(https.address), ca: certificate.caBundle })
    client.setEncoding('latin1')
    client.write('POST /validate/p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}')
    const [review] = await once(client, 'data')
    t.match(review, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: 5\r\nDate: .*\r\n\r\nhello$/)
    client.write('GET /readiness HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    const [probe] = await once(client, 'data')
    t.match(probe, /\r\nConnection: close\r\n/)
    await once(client, 'close')
    await https.stopAccepting()
    https.closeConnections()
  },
)

t.test('a port that is taken is named', async (t) => {
  const first = await openTcpListener({ address: ANY_PORT, ...common })
  t.teardown(() => first.stopAccepting())
  const address = { ...ANY_PORT, port: Number(first.address.split(':')[1]) }
  await t.rejects(openTcpListener({ address, ...common }), {
    code: 'ERR_PORT_LISTEN',
    message: new RegExp(`^cannot listen on ${first.address}: .*EADDRINUSE`),
  })
})

function toHostAndPort(address: string): { host: string; port: number } {
  const [host = '', port] = address.split(':')
  return { host, port: Number(port) }
}
