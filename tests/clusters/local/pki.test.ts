import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import t from 'tap'
import { clusterLayout } from '../../../clusters/local/layout.ts'
import { ensurePki, readAdminCredentials } from '../../../clusters/local/pki.ts'

t.test('the certificates are written once, with keys for their owner only', async (t) => {
  const folder = t.testdir()
  const { pki, folder: clusterFolder } = clusterLayout('a', folder, folder)
  await mkdir(clusterFolder, { recursive: true })
  await ensurePki(pki)
  const first = await readFile(pki.server, 'utf8')
  await ensurePki(pki)
  t.equal(await readFile(pki.server, 'utf8'), first)
  t.same(await readdir(clusterFolder), ['pki'])
  for (const path of [pki.caKey, pki.serverKey, pki.adminKey, pki.serviceAccountKey]) {
    t.equal((await stat(path)).mode & 0o777, 0o600, path)
  }

  const ca = new X509Certificate(await readFile(pki.ca))
  const server = new X509Certificate(first)
  t.ok(server.verify(ca.publicKey))
  t.ok(server.checkIP('127.0.0.1'))
  t.ok(server.checkHost('kubernetes.default.svc'))
  const { cert, key } = await readAdminCredentials(pki)
  const admin = new X509Certificate(cert)
  t.match(admin.subject, /O=system:masters\nCN=kubernetes-admin/)
  t.ok(admin.checkPrivateKey(createPrivateKey(key)))
  const accountKey = createPublicKey(await readFile(pki.serviceAccountKey, 'utf8'))
  t.ok(accountKey.equals(createPublicKey(await readFile(pki.serviceAccountPublicKey, 'utf8'))))
})
