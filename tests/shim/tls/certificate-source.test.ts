import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readCaBundle, readCertificate } from '../../../shim/tls/certificate-source.ts'

const HOSTS = ['admission.gatehouse.internal']

t.test('the certificate is issued, or read from the files that are given', async (t) => {
  const folder = t.testdir()
  const issued = await readCertificate({ kind: 'issued', folder, hosts: HOSTS })
  const given = { kind: 'given', certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') } as const
  t.match(await readCertificate(given), { cert: issued.cert, key: issued.key })
})

t.test('what it is verified with is our own bundle, or the file that is given', async (t) => {
  const folder = t.testdir()
  const caFile = join(folder, 'ca.crt')
  const bundle = await readCaBundle({ kind: 'issued', folder, hosts: HOSTS })
  t.equal(bundle, await readFile(caFile, 'utf8'))
  const given = { kind: 'given', certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') } as const
  t.equal(await readCaBundle({ ...given, caFile }), bundle)
  await t.rejects(readCaBundle(given), { code: 'ERR_TLS_FILES' })
})
