import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readInClusterConnection } from '../../../kube/kubeconfig/in-cluster.ts'

t.test('a Pod uses its service account, whose token is renewed', async (t) => {
  const folder = t.testdir({ token: 'one', 'ca.crt': 'PEM' })
  const { server, tls, authorize } = await readInClusterConnection({
    folder,
    address: { host: 'fd00::1', port: '443' },
  })
  t.strictSame([server.href, tls], ['https://[fd00::1]/', { ca: 'PEM' }])
  t.equal(await authorize?.(), 'Bearer one')
  writeFileSync(join(folder, 'token'), 'two')
  t.equal(await authorize?.(), 'Bearer two')
})

t.test('outside of a Pod it says so', async (t) => {
  const address = { host: '10.96.0.1', port: '443' }
  await t.rejects(readInClusterConnection({ folder: t.testdir(), address }), {
    code: 'ERR_KUBE_CONFIG',
    message: /token/,
  })
  await t.rejects(readInClusterConnection({ folder: t.testdir({ token: 'a' }), address }), { message: /ca\.crt/ })
  await t.rejects(readInClusterConnection({ folder: t.testdir() }), {
    message: /KUBERNETES_SERVICE_HOST/,
    hint: 'Outside of a Pod, name a kubeconfig.',
  })
})
