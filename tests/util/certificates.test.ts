import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import t from 'tap'
import { createAuthority, issueCertificate } from '../../util/certificates.ts'

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') }

t.test('a server certificate names its hosts, carries its validity, and is signed by the authority', async (t) => {
  const authority = await createAuthority({ commonName: 'test-ca', ...validity })
  const hosts = ['admission.gatehouse.internal', '127.0.0.1', '::1']
  const { certificate, key } = await issueCertificate(authority, { commonName: 'server', hosts, ...validity })
  const [ca, leaf] = [new X509Certificate(authority.certificate), new X509Certificate(certificate)]
  t.ok(ca.ca)
  t.notOk(leaf.ca)
  t.ok(leaf.verify(ca.publicKey))
  t.ok(leaf.checkIssued(ca))
  t.ok(leaf.checkPrivateKey(createPrivateKey(key)))
  t.same(leaf.subjectAltName?.split(', ').length, 3)
  t.ok(leaf.checkHost('admission.gatehouse.internal'))
  t.ok(leaf.checkIP('127.0.0.1'))
  t.ok(leaf.checkIP('::1'))
  t.same([leaf.validFromDate, leaf.validToDate], [validity.notBefore, validity.notAfter])
})

t.test('both sides of a TLS connection accept what one authority issued', async (t) => {
  const authority = await createAuthority({ commonName: 'test-ca', ...validity })
  const server = await issueCertificate(authority, { commonName: 'server', hosts: ['localhost'], ...validity })
  const client = await issueCertificate(authority, {
    commonName: 'admin',
    organization: 'system:masters',
    ...validity,
  })
  const listener = createServer({
    ca: authority.certificate,
    cert: server.certificate,
    key: server.key,
    requestCert: true,
    rejectUnauthorized: true,
  }).listen(0, '127.0.0.1')
  t.teardown(() => listener.close())
  await once(listener, 'listening')
  const accepted = once(listener, 'secureConnection')
  const call = request({
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    servername: 'localhost',
    ca: authority.certificate,
    cert: client.certificate,
    key: client.key,
  })
  call.on('error', () => {}).end()
  const [socket] = (await accepted) as [TLSSocket]
  t.match(socket.getPeerCertificate().subject, { CN: 'admin', O: 'system:masters' })
  socket.destroy()
})
