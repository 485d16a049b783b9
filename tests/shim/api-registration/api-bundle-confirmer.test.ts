import t from 'tap'
import { KubeClient } from '../../../kube/requests/kube-client.ts'
import { ApiBundleConfirmer } from '../../../shim/api-registration/api-bundle-confirmer.ts'
import { readConfirmations } from '../../../shim/tls/confirmations.ts'
import { createAuthority } from '../../../util/certificates.ts'
import { SILENT_LOG } from '../../../util/log.ts'
import { startHttpsSite } from '../../helpers/https-site.ts'
import { until } from '../../helpers/until.ts'

const validity = { notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) }
const { certificate: before } = await createAuthority({ commonName: 'before', ...validity })
const { certificate: after } = await createAuthority({ commonName: 'after', ...validity })
const SET = { digest: 'a', policies: new Map(), entries: new Map() }

t.test('a bundle is confirmed when the webhook configurations hold all of it, whoever wrote them', async (t) => {
  let registered = before
  let looks = 0
  await using site = await startHttpsSite((request, response) => {
    if (request.url?.includes('mutating')) return void response.writeHead(404).end('{}')
    looks += 1
    const caBundle = Buffer.from(registered).toString('base64')
    response.end(JSON.stringify({ webhooks: [{ clientConfig: { caBundle } }] }))
  })
  using client = new KubeClient({ server: new URL(site.url), tls: {} })
  const folder = t.testdir()
  const registrar = { register: async () => {} }
  await using confirmer = new ApiBundleConfirmer({
    registrar,
    client,
    folder,
    name: 'me',
    log: SILENT_LOG,
    settleMs: 1,
  })
  const register = (caBundle: string) => confirmer.register({ set: SET, caBundle }, new AbortController().signal)

  await register(before)
  await until(async () => (await readConfirmations(folder)).length === 1)
  const [first] = await readConfirmations(folder)
  t.match(first, { registrar: 'me', authorities: { length: 1 } })

  looks = 0
  await register(before + after)
  await until(() => looks > 0)
  t.strictSame(await readConfirmations(folder), [first], 'the other shim has not written it yet')
  registered = after + before
  await until(async () => (await readConfirmations(folder))[0]?.authorities.length === 2)
})
