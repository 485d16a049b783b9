import t from 'tap'
import { parseBundle } from '../../shim/tls/bundle.ts'
import { ensureCertificates } from '../../shim/tls/certificates.ts'
import { beginRotation, describeCertificates } from '../../shim/tls/operate-authority.ts'
import type { ApiAnswer } from '../helpers/api.ts'
import { startApiLoad } from '../helpers/api-load.ts'
import { buildAnsweringGuest } from '../helpers/guests.ts'
import { type ShimMember, startRegisteringShims } from '../helpers/registering-shims.ts'
import { HOST } from '../helpers/shim.ts'
import { until } from '../helpers/until.ts'

const OBJECT = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse'
const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
const guest = buildAnsweringGuest('{"valid":true,"accepted":false,"message":"by the policy"}')
const DAY_MS = 86_400_000

const isVerdict = ({ text }: ApiAnswer) => text.includes('by the policy')

/** The authorities with which API servers verify shims. */
async function countAuthorities({ api }: ShimMember): Promise<number> {
  const { webhooks } = await api.must<{ webhooks: { clientConfig: { caBundle: string } }[] }>('GET', OBJECT)
  return parseBundle(Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString()).length
}

t.setTimeout(300_000)

t.test('three shims are replaced under load, and so are their authorities, with nobody’s help', async (t) => {
  const members = await startRegisteringShims(t, 3, { gate: { guest, rules } }, { handoverGraceMs: 10_000 })
  for (const member of members) await member.start()
  const ask = ({ api }: ShimMember) =>
    api.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', { metadata: { generateName: 'a-' } })
  for (const member of members) await until(async () => isVerdict(await ask(member)))
  const [first] = members as [ShimMember]
  await until(async () => (await countAuthorities(first)) === 3)

  const loads = members.map(({ api }) => startApiLoad(api, isVerdict, 2))
  const goOn = (count: number) => Promise.all(loads.map((load) => load.answers(count)))
  await goOn(20)
  for (const member of members) {
    await member.takeOver()
    await goOn(20)
  }

  const rotations = async () =>
    Promise.all(members.map(async ({ certificates: folder }) => (await describeCertificates({ folder })).rotation.kind))
  for (const { certificates: folder } of members) await beginRotation({ folder })
  await until(async () => (await countAuthorities(first)) === 6)
  await until(async () => (await rotations()).every((kind) => kind === 'await-retirement'))
  await goOn(20)

  const now = new Date(Date.now() + 2 * DAY_MS)
  for (const { certificates: folder } of members) await ensureCertificates({ folder, hosts: [HOST], now })
  await until(async () => (await countAuthorities(first)) === 3)
  await goOn(50)

  const ends = await Promise.all(loads.map((load) => load.stop()))
  t.strictSame(
    ends.flatMap(({ failures }) => failures),
    [],
  )
  t.comment(ends.map(({ answered }) => answered).join(', '))
})
