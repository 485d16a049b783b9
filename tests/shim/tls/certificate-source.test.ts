import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type CertificateSource, readCertificate, watchCertificate } from '../../../shim/tls/certificate-source.ts'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { createLog } from '../../../util/log.ts'

const HOSTS = ['admission.gatehouse.internal']
const given = (folder: string): CertificateSource => ({
  kind: 'given',
  certFile: join(folder, 'tls.crt'),
  keyFile: join(folder, 'tls.key'),
})

t.test('the certificate is issued, or read from the files that are given', async (t) => {
  const folder = t.testdir()
  const issued = await readCertificate({ kind: 'issued', folder, hosts: HOSTS })
  t.match(await readCertificate(given(folder)), { cert: issued.cert, key: issued.key })
})

t.test('a certificate that is replaced on disk is taken over; one that vanishes is kept', async (t) => {
  const folder = t.testdir({ old: {}, new: {} })
  const [old, renewed] = [join(folder, 'old'), join(folder, 'new')]
  const current = await ensureCertificates({ folder: old, hosts: HOSTS })
  const { cert } = await ensureCertificates({ folder: renewed, hosts: HOSTS })
  const complained = Promise.withResolvers<string>()
  const changed = Promise.withResolvers<string>()
  using _watch = watchCertificate(given(old), current, {
    onChange: (certificate) => changed.resolve(certificate.cert),
    log: createLog({ level: 'error', format: 'json', write: (line) => complained.resolve(line) }),
    intervalMs: 1,
  })
  await rm(join(old, 'tls.crt'))
  t.match(JSON.parse(await complained.promise), { message: 'could not renew the certificate', error: /tls\.crt/ })
  await cp(renewed, old, { recursive: true })
  t.equal(await changed.promise, cert)
})
