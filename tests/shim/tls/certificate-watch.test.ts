import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type CertificateSource, readCertificate } from '../../../shim/tls/certificate-source.ts'
import { CertificateWatch } from '../../../shim/tls/certificate-watch.ts'
import { ensureCertificates } from '../../../shim/tls/certificates.ts'
import { confirmBundle } from '../../../shim/tls/confirmations.ts'
import { beginRotation } from '../../../shim/tls/operate-authority.ts'
import { createLog } from '../../../util/log.ts'

const HOSTS = ['admission.gatehouse.internal']
const given = (folder: string): CertificateSource => ({
  kind: 'given',
  certFile: join(folder, 'tls.crt'),
  keyFile: join(folder, 'tls.key'),
})

/** Watches a source, and waits for what it makes known. */
async function startWatch(t: Test, source: CertificateSource) {
  const shown: string[] = []
  const bundles: (string | undefined)[] = []
  const lines: Record<string, unknown>[] = []
  const log = createLog({ level: 'info', format: 'json', write: (line) => lines.push(JSON.parse(line)) })
  const onChange = ({ cert }: { cert: string }) => void shown.push(cert)
  const watch: CertificateWatch = new CertificateWatch(source, await readCertificate(source), {
    onChange,
    onBundle: () => bundles.push(watch.current.caBundle),
    log,
  })
  t.teardown(() => watch[Symbol.asyncDispose]())
  await watch.check()
  const until = async (isReached: () => boolean) => {
    while (!isReached()) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    watch,
    shown,
    bundles,
    untilShown: (cert: string) => until(() => shown.at(-1) === cert),
    untilLogged: (text: RegExp) => until(() => lines.some((line) => text.test(JSON.stringify(line)))),
  }
}

t.test('a certificate that is replaced is shown at once; while half of it is there, the old one is kept', async (t) => {
  const folder = t.testdir({ old: {}, new: {} })
  const [old, renewed] = [join(folder, 'old'), join(folder, 'new')]
  await ensureCertificates({ folder: old, hosts: HOSTS })
  const { cert } = await ensureCertificates({ folder: renewed, hosts: HOSTS })
  const watch = await startWatch(t, given(old))
  await cp(join(renewed, 'tls.key'), join(old, 'tls.key'))
  await watch.untilLogged(/tls\.key: is not the key of .*could not renew/)
  t.strictSame(watch.shown, [])
  await cp(join(renewed, 'tls.crt'), join(old, 'tls.crt'))
  await watch.untilShown(cert)
})

t.test('a certificate that vanishes is kept, and one that comes back is taken over', async (t) => {
  const folder = t.testdir({ old: {}, new: {} })
  const [old, renewed] = [join(folder, 'old'), join(folder, 'new')]
  const before = await ensureCertificates({ folder: old, hosts: HOSTS })
  const { cert } = await ensureCertificates({ folder: renewed, hosts: HOSTS })
  const watch = await startWatch(t, given(old))
  await rm(join(old, 'tls.crt'))
  await watch.untilLogged(/tls\.crt.*could not renew/)
  t.equal(watch.watch.current.cert, before.cert)
  await cp(renewed, old, { recursive: true })
  await watch.untilShown(cert)
})

t.test('links that are swapped lead to the new certificate, as mounted Secrets do it, again and again', async (t) => {
  const folder = t.testdir()
  const versions = await Promise.all(
    [0, 1, 2].map(async (version) => {
      await mkdir(join(folder, `v${version}`))
      return (await ensureCertificates({ folder: join(folder, `v${version}`), hosts: HOSTS })).cert
    }),
  )
  const pointTo = async (version: number) => {
    await symlink(`v${version}`, join(folder, '..next'))
    await rename(join(folder, '..next'), join(folder, '..data'))
  }
  await pointTo(0)
  for (const file of ['tls.crt', 'tls.key']) await symlink(`..data/${file}`, join(folder, file))
  const watch = await startWatch(t, given(folder))
  for (const version of [1, 2]) {
    await pointTo(version)
    await watch.untilShown(versions[version] ?? '')
  }
})

t.test('a rotation goes on as soon as it is confirmed, and both bundles are made known', async (t) => {
  const folder = t.testdir()
  await ensureCertificates({ folder, hosts: HOSTS })
  const watch = await startWatch(t, { kind: 'issued', folder, hosts: HOSTS })
  await beginRotation({ folder })
  await watch.untilLogged(/API servers have to be given the new ca\.crt/)
  const published = watch.watch.current.caBundle ?? ''
  t.strictSame(watch.bundles, [published])
  t.strictSame(watch.shown, [], 'the old authority signs')
  await confirmBundle(folder, 'test', published)
  await watch.untilLogged(/the new certificate authority signs/)
  t.equal(watch.shown.length, 1)
  t.strictSame(watch.bundles, [published], 'the bundle still has both')
})
