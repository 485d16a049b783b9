import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { cp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import t, { type Test } from 'tap'
import { AuthorityFiles } from '../../../shim/tls/authority-files.ts'
import { parseBundle } from '../../../shim/tls/bundle.ts'
import { ensureCertificates, type IssuedCertificates } from '../../../shim/tls/certificates.ts'
import { confirmBundle } from '../../../shim/tls/confirmations.ts'
import { DEFAULT_LIFETIMES } from '../../../shim/tls/lifetimes.ts'

const HOST = 'admission.gatehouse.internal'
const DAY_MS = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)
/** Half a year before the first authority ends. */
const DUE = 3500

const ensure = (folder: string, days = 0) => ensureCertificates({ folder, hosts: [HOST], now: inDays(days) })

/** Whether a client with this bundle accepts what a server with that certificate shows: OpenSSL's word, as of today. */
async function verifies(
  t: Test,
  { caBundle }: IssuedCertificates,
  { cert, key }: IssuedCertificates,
): Promise<boolean> {
  const server = createServer({ cert, key }, (socket) => socket.end()).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port, ca: caBundle, servername: HOST })
  const outcome = await once(socket, 'secureConnect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return outcome
}

t.test('a rotation goes by three bundles, and each certificate verifies under the bundles beside it', async (t) => {
  const folder = t.testdir()
  const before = await ensure(folder)
  const announced = await ensure(folder, DUE)
  t.equal(parseBundle(announced.caBundle).length, 2)
  t.match(announced.rotation, { step: { kind: 'await-confirmation' } })
  t.ok(new X509Certificate(announced.cert).verify(new X509Certificate(before.caBundle).publicKey), 'the old one signs')

  await confirmBundle(folder, 'test', announced.caBundle)
  const switched = await ensure(folder, DUE)
  t.equal(switched.caBundle, announced.caBundle)
  t.match(switched.rotation, {
    step: { kind: 'await-retirement' },
    taken: [{ kind: 'switch', because: 'confirmed' }, {}],
  })
  t.not(switched.key, announced.key, 'the server has another key, too')

  const retired = await ensure(folder, DUE + 2)
  t.equal(parseBundle(retired.caBundle).length, 1)
  t.equal(retired.cert, switched.cert)
  t.strictSame((await readdir(folder)).sort(), ['ca.crt', 'ca.key', 'registrars', 'tls.crt', 'tls.key'])
  for (const name of ['ca.key', 'tls.key']) t.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name)

  t.ok(await verifies(t, before, announced), 'before the bundle arrives')
  t.ok(await verifies(t, announced, announced))
  t.ok(await verifies(t, announced, switched), 'after it has arrived')
  t.ok(await verifies(t, retired, switched), 'at the end')
  t.notOk(await verifies(t, before, switched), 'which is what all the waiting is for')
})

t.test('nobody confirms: the old authority signs to its last days, and then the new one does', async (t) => {
  const folder = t.testdir()
  const before = await ensure(folder)
  await ensure(folder, DUE)
  const late = await ensure(folder, 3640)
  t.ok(new X509Certificate(late.cert).verify(new X509Certificate(before.caBundle).publicKey))
  t.ok(new X509Certificate(late.cert).validToDate <= new X509Certificate(before.caBundle).validToDate)
  t.match(await ensure(folder, 3640), { cert: late.cert }, 'what cannot last longer is not issued again and again')
  const last = await ensure(folder, 3649)
  t.match(last.rotation.taken, [{ kind: 'switch', because: 'unconfirmed' }, {}])
  t.ok(new X509Certificate(last.cert).validToDate > inDays(3900))
})

t.test('a folder of an authority that has ended long ago is of use at once', async (t) => {
  const folder = t.testdir()
  await ensure(folder)
  const { cert, rotation } = await ensure(folder, 4000)
  t.match(rotation.taken.at(-2), { kind: 'switch', because: 'expired' })
  t.ok(new X509Certificate(cert).validToDate > inDays(4300))
})

t.test('processes that rotate at once agree, at each step', async (t) => {
  const folder = t.testdir()
  await ensure(folder)
  for (const [days, count] of [
    [DUE, 2],
    [DUE + 1, 2],
    [DUE + 3, 1],
  ] as const) {
    const all = await Promise.all(Array.from({ length: 5 }, () => ensure(folder, days)))
    const { caBundle } = await ensure(folder, days)
    t.equal(parseBundle(caBundle).length, count)
    for (const { cert } of all)
      t.ok(parseBundle(caBundle).some(({ publicKey }) => new X509Certificate(cert).verify(publicKey)))
    await confirmBundle(folder, 'test', caBundle)
  }
  const { key } = await ensure(folder, DUE + 3)
  t.equal((await ensure(folder, DUE + 3)).key, key)
  t.notOk(
    (await readdir(folder)).some((name) => name.includes('next')),
    'nothing is left of the change',
  )
})

t.test('a crash after any step is overcome: the next process goes on from there', async (t) => {
  const folder = t.testdir({ pki: {}, copy: {} })
  const [pki, copy] = [join(folder, 'pki'), join(folder, 'copy')]
  await ensure(pki)
  const options = { now: inDays(DUE), lifetimes: DEFAULT_LIFETIMES }
  const files = new AuthorityFiles(pki)
  /** What a process makes of the folder as it is now, and whether what it ends with is whole. */
  const recover = async (name: string) => {
    await rm(copy, { recursive: true })
    await cp(pki, copy, { recursive: true, preserveTimestamps: true })
    const announced = await ensure(copy, DUE)
    await confirmBundle(copy, 'test', announced.caBundle)
    const switched = await ensure(copy, DUE + 1)
    const retired = await ensure(copy, DUE + 3)
    t.ok(await verifies(t, announced, switched), `${name}: while it changes`)
    t.ok(await verifies(t, retired, switched), `${name}: at the end`)
    t.equal(parseBundle(retired.caBundle).length, 1, name)
    t.notOk(
      (await readdir(copy)).some((file) => /next|rotation/.test(file)),
      name,
    )
  }
  await files.createNext(options)
  await recover('created')
  await rm(join(pki, 'ca-next.crt'))
  await recover('half created')
  await files.createNext(options)
  const { bundle, next } = await files.read()
  await files.publish(next === undefined ? bundle : [...bundle, next.cert])
  await recover('published')
  await ensure(pki, DUE)
  await recover('recorded')
  const left = next?.cert.toString() ?? ''
  await files.activateNext()
  await recover('switched')
  await writeFile(join(pki, 'ca-next.crt'), left)
  await rm(join(pki, 'rotation.json'))
  const again = await ensure(pki, DUE)
  t.match(again.rotation.step, { kind: 'await-retirement' }, 'a certificate that was left over means nothing')
})
