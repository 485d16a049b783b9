import { join } from 'node:path'
import t from 'tap'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { readServerCertificate } from '../../../shim/tls/server-certificate.ts'

const hosts = ['policies.example.com']

t.test('a certificate and its key are read as they are', async (t) => {
  const folder = t.testdir()
  const { cert, key } = await ensureCertificates({ folder, hosts })
  t.strictSame(await readServerCertificate(join(folder, 'tls.crt'), join(folder, 'tls.key')), { cert, key })
})

t.test('files that do not belong together, or are missing, are named', async (t) => {
  const folder = t.testdir({ 'not.pem': 'hello' })
  await ensureCertificates({ folder, hosts })
  const file = (name: string) => join(folder, name)
  await t.rejects(readServerCertificate(file('tls.crt'), file('ca.key')), {
    code: 'ERR_TLS_FILES',
    message: `${file('ca.key')}: is not the key of ${file('tls.crt')}`,
  })
  await t.rejects(readServerCertificate(file('not.pem'), file('tls.key')), { code: 'ERR_TLS_FILES' })
  await t.rejects(readServerCertificate(file('absent.crt'), file('tls.key')), {
    code: 'ERR_TLS_FILES',
    message: new RegExp(`^${file('absent.crt')}: ENOENT`),
  })
})
