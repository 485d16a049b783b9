import { X509Certificate } from 'node:crypto'
import { messageOf } from '../../../util/errors.ts'
import { readControlPlaneSocket } from '../api-server/config-files.ts'
import type { Check } from '../check.ts'
import { type Observation, ok, problem, warning } from '../finding.ts'
import { shakeHands } from '../handshake.ts'
import { listRegistered, type RegisteredWebhook } from '../registered.ts'

/** The shim issues its own certificate anew 30 days before the end; less than this is left when nobody did. */
const SOON_MS = 21 * 86_400_000

/** Whether the API server would accept the shim's certificate: for each host, with the authority that is registered for it. */
export const certificateCheck: Check = {
  name: 'certificate',
  async run(context) {
    const { apiServer, shim } = context
    const theirs = apiServer === undefined ? undefined : await readControlPlaneSocket(apiServer)
    const path = theirs === undefined ? shim?.status.socket?.path : apiServer?.toOurs(theirs)
    if (path === undefined) return []
    const webhooks = await listRegistered(context)
    const distinct = new Map(webhooks.map((webhook) => [`${webhook.url.host} ${webhook.caBundle}`, webhook]))
    return (await Promise.all([...distinct.values()].map((webhook) => tryHandshake(path, webhook)))).flat()
  },
}

async function tryHandshake(socketPath: string, { url, caBundle, place }: RegisteredWebhook): Promise<Observation[]> {
  const target = { socketPath, hostname: url.hostname, port: Number(url.port || 443), caBundle }
  try {
    const certificate = await shakeHands(target)
    if (certificate === undefined) return [problem(`${url.hostname}: the shim shows no certificate`)]
    return [describeEnd(url.hostname, certificate.validToDate), ...listAuthorities(caBundle, place)]
  } catch (error) {
    const wayOut =
      'Register the ca.crt of the folder that the shim is started with (--cert-dir): `gatehouse manifests --cert-dir`.'
    return [problem(`${url.hostname}, with the authority in ${place}: ${messageOf(error)}`, wayOut)]
  }
}

function describeEnd(name: string, end: Date): Observation {
  const left = end.getTime() - Date.now()
  const text = `${name}: valid until ${end.toISOString()}`
  return left > SOON_MS ? ok(text) : warning(text, 'Renew it: the API server refuses it from then on.')
}

function listAuthorities(caBundle: string, place: string): Observation[] {
  const blocks = caBundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks
    .map((pem) => describeEnd(`the authority in ${place}`, new X509Certificate(pem).validToDate))
    .filter(({ level }) => level !== 'ok')
}
