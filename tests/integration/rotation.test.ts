import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startLocalCluster } from '../../clusters/local/start-local-cluster.ts'
import { parseBundle } from '../../shim/tls/bundle.ts'
import { ensureCertificates } from '../../shim/tls/certificates.ts'
import { beginRotation, describeCertificates } from '../../shim/tls/operate-authority.ts'
import { connectApi } from '../helpers/api.ts'
import { startApiLoad } from '../helpers/api-load.ts'
import { HOST } from '../helpers/shim.ts'
import { readMetrics, type TestPolicy, writePolicies } from '../helpers/test-cluster.ts'

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const POLICIES: Record<string, TestPolicy> = { gate: { guest: 'accept', rules } }
const DAY_MS = 86_400_000

for (const webhooks of ['static', 'api'] as const) {
  t.test(`the authority is replaced under load (${webhooks}), and no request of the API server fails`, async (t) => {
    const wasmPolicies = { policies: writePolicies(t.testdir(), POLICIES), defaultExclusions: true, webhooks }
    await using cluster = await startLocalCluster({ wasmPolicies })
    const { name, folder: clusterFolder } = cluster
    /** What an operator does who wants API servers to have what is on the disk: they get it, and that is confirmed. */
    const register = () => startLocalCluster({ name, wasmPolicies })
    const folder = join(clusterFolder, 'member-1/shim-certificates')
    const { socket = '' } = cluster.members[0] ?? {}
    const api = await connectApi(cluster.kubeconfig)
    const shownUntil = async () =>
      /^gatehouse_certificate_expiry_timestamp_seconds\{certificate="server"\} (\d+)/m.exec(
        await readMetrics(socket),
      )?.[1]
    const readServer = async () => new X509Certificate(await readFile(join(folder, 'tls.crt')))
    const before = await readServer()

    const load = startApiLoad(api)
    await load.answers(50)
    await beginRotation({ folder })
    await load.answers(50)
    t.match((await describeCertificates({ folder })).rotation, { kind: 'await-confirmation' })
    t.equal((await readServer()).fingerprint256, before.fingerprint256, 'the old authority signs')

    await register()
    // the shim hears of the confirmation by itself
    while ((await readServer()).fingerprint256 === before.fingerprint256) await load.answers(10)
    const after = await readServer()
    while ((await shownUntil()) !== String(after.validToDate.getTime() / 1000)) await load.answers(10)
    await load.answers(100)

    const inTwoDays = new Date(Date.now() + 2 * DAY_MS)
    const { caBundle } = await ensureCertificates({ folder, hosts: [HOST], now: inTwoDays })
    t.equal(parseBundle(caBundle).length, 1)
    await register()
    await load.answers(100)
    const { failures, answered } = await load.stop()
    t.strictSame(failures, [])
    t.comment(`${answered} requests`)
    t.ok(after.verify(new X509Certificate(caBundle).publicKey), 'it is the new authority alone that is left')
  })
}
