import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import t from 'tap'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'

const HOSTS = ['admission.gatehouse.internal', '127.0.0.1', '::1']
const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)

t.test('a client that trusts the bundle accepts the certificate for each name and address', async (t) => {
  const { caBundle, cert, key } = await ensureCertificates({ folder: t.testdir(), hosts: HOSTS })
  const server = createServer({ cert, key }, (socket) => socket.end()).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const servername of ['admission.gatehouse.internal', '']) {
    const socket = connect({ host: '127.0.0.1', port, ca: caBundle, servername })
    await once(socket, 'secureConnect')
    t.ok(socket.authorized)
    socket.destroy()
  }
  const stranger = connect({ host: '127.0.0.1', port, ca: caBundle, servername: 'other.internal' })
  await t.rejects(once(stranger, 'secureConnect'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

t.test(
  'the authority is an authority for ten years, the leaf is a server for one, both since the Unix epoch',
  async (t) => {
    const { caBundle, cert } = await ensureCertificates({ folder: t.testdir(), hosts: HOSTS })
    const [authority, leaf] = [new X509Certificate(caBundle), new X509Certificate(cert)]
    t.strictSame([authority.ca, leaf.ca], [true, false])
    t.ok(leaf.verify(authority.publicKey))
    t.strictSame(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'serverAuth and nothing else')
    t.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    t.strictSame([authority.validFromDate, leaf.validFromDate], [new Date(0), new Date(0)])
    t.ok(authority.validToDate > inDays(3640))
    t.ok(leaf.validToDate > inDays(364) && leaf.validToDate < inDays(366))
  },
)

t.test('keys are readable by their owner only, and nothing else lies in the folder', async (t) => {
  const folder = t.testdir()
  await ensureCertificates({ folder, hosts: HOSTS })
  t.strictSame((await readdir(folder)).sort(), ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'])
  for (const name of ['ca.key', 'tls.key']) t.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name)
})

t.test('what is valid is used again', async (t) => {
  const folder = join(t.testdir(), 'new/pki')
  const first = await ensureCertificates({ folder, hosts: HOSTS })
  t.strictSame(await ensureCertificates({ folder, hosts: HOSTS }), first)
  t.strictSame(await ensureCertificates({ folder, hosts: HOSTS.toReversed() }), first, 'in any order')
})

t.test('other hosts get another leaf of the same authority', async (t) => {
  const folder = t.testdir()
  const first = await ensureCertificates({ folder, hosts: HOSTS })
  for (const hosts of [HOSTS.slice(0, 1), [...HOSTS, 'second.internal'], ['10.0.0.1']]) {
    const { caBundle, cert } = await ensureCertificates({ folder, hosts })
    t.equal(caBundle, first.caBundle)
    const leaf = new X509Certificate(cert)
    t.equal(leaf.subjectAltName?.split(', ').length, hosts.length, hosts.join())
  }
})

t.test('a leaf is replaced before it ends, and so is the authority, with the key that clients trust', async (t) => {
  const folder = t.testdir()
  const first = await ensureCertificates({ folder, hosts: HOSTS })
  t.equal((await ensureCertificates({ folder, hosts: HOSTS, now: inDays(334) })).cert, first.cert)
  const renewed = await ensureCertificates({ folder, hosts: HOSTS, now: inDays(336) })
  t.not(renewed.cert, first.cert)
  t.equal(renewed.caBundle, first.caBundle)
  const decadeLater = await ensureCertificates({ folder, hosts: HOSTS, now: inDays(3640) })
  t.not(decadeLater.caBundle, first.caBundle)
  t.ok(new X509Certificate(decadeLater.cert).verify(new X509Certificate(first.caBundle).publicKey))
})

t.test('a board whose clock starts in 1970 gets certificates that outlast the jump to the present', async (t) => {
  const { caBundle, cert } = await ensureCertificates({ folder: t.testdir(), hosts: HOSTS, now: new Date(60_000) })
  for (const pem of [caBundle, cert]) {
    const { validFromDate, validToDate } = new X509Certificate(pem)
    t.ok(validFromDate <= new Date(60_000), 'valid before the jump')
    t.ok(validToDate >= new Date('2027-10-01'), 'valid after it')
  }
})

t.test('processes that start at once agree: each trusts what the others show', async (t) => {
  const folder = t.testdir()
  const all = await Promise.all(Array.from({ length: 5 }, () => ensureCertificates({ folder, hosts: HOSTS })))
  for (const { cert, key } of all) {
    t.equal(key, all[0]?.key)
    for (const { caBundle } of all) t.ok(new X509Certificate(cert).verify(new X509Certificate(caBundle).publicKey))
  }
  t.strictSame((await readdir(folder)).sort(), ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'])
})

t.test('a start that was interrupted between key and certificate goes on from there', async (t) => {
  const folder = t.testdir()
  const { key } = await ensureCertificates({ folder, hosts: HOSTS })
  await rm(join(folder, 'ca.crt'))
  await rm(join(folder, 'tls.crt'))
  const again = await ensureCertificates({ folder, hosts: HOSTS })
  t.equal(again.key, key)
  t.ok(new X509Certificate(again.cert).verify(new X509Certificate(again.caBundle).publicKey))
})

t.test('an authority without its key is not replaced in silence', async (t) => {
  const folder = t.testdir()
  await ensureCertificates({ folder, hosts: HOSTS })
  await rm(join(folder, 'ca.key'))
  await t.rejects(ensureCertificates({ folder, hosts: HOSTS }), {
    code: 'ERR_TLS_FILES',
    message: `${folder}: ca.key is missing`,
  })
})

t.test('files that are something else are named', async (t) => {
  const folder = t.testdir()
  const other = await ensureCertificates({ folder: join(folder, 'other'), hosts: HOSTS })
  await ensureCertificates({ folder, hosts: HOSTS })
  const refusals: [file: string, content: string, reason: string][] = [
    ['ca.key', other.key, 'ca.key is not the key of ca.crt'],
    ['ca.key', 'nonsense', 'ca.key is not an EC P-256 private key in PEM'],
    ['ca.crt', 'nonsense', 'ca.crt is not a certificate in PEM'],
  ]
  for (const [file, content, reason] of refusals) {
    await writeFile(join(folder, file), content)
    await t.rejects(ensureCertificates({ folder, hosts: HOSTS }), {
      code: 'ERR_TLS_FILES',
      message: `${folder}: ${reason}`,
      hint: /Restore/,
    })
  }
})
