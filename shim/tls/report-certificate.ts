import { X509Certificate } from 'node:crypto'
import type { Log } from '../../util/log.ts'
import type { SourcedCertificate } from './certificate-source.ts'
import type { RotationState } from './certificates.ts'
import { remainingMs } from './lifetimes.ts'

const DAY_MS = 86_400_000
/** Short enough that whoever was to replace a certificate has missed it. */
const ALARM_MS = 7 * DAY_MS
/** An authority is to be replaced by people, who need more time. */
const AUTHORITY_ALARM_MS = 60 * DAY_MS

/** When it ends, and when its authority does, by the names of the metric's label. */
export function endsOf({ cert, rotation }: SourcedCertificate): Readonly<Record<string, Date>> {
  const server = new X509Certificate(cert).validToDate
  return rotation === undefined ? { server } : { server, authority: rotation.authorityEnds }
}

/** Says what was done, and what somebody has to do. */
export function reportCertificate(certificate: SourcedCertificate, log: Log, now = new Date()): void {
  const { rotation } = certificate
  if (rotation !== undefined) reportRotation(rotation, log, now)
  const { server } = endsOf(certificate)
  if (server !== undefined && remainingMs(server, now) < ALARM_MS)
    log.error({ ends: server }, 'the certificate ends soon, and nobody has replaced it')
}

function reportRotation({ taken, step, authorityEnds }: RotationState, log: Log, now: Date): void {
  for (const { kind } of taken) {
    if (kind === 'publish') log.info({ authorityEnds }, 'a new certificate authority is published beside the old one')
    if (kind === 'retire') log.info({}, 'the old certificate authority has left the bundle')
  }
  const change = taken.find((candidate) => candidate.kind === 'switch')
  if (change?.because === 'confirmed') log.info({}, 'the new certificate authority signs')
  else if (change !== undefined)
    log.error(
      { because: change.because },
      'the new certificate authority signs, and nobody has confirmed that API servers know it',
    )
  if (step.kind !== 'await-confirmation') return
  const fields = { published: step.since, authorityEnds, signsAnyhow: step.fallbackAt }
  const message =
    'API servers have to be given the new ca.crt: until that is confirmed (gatehouse certificates confirm) the old authority signs'
  if (remainingMs(authorityEnds, now) < AUTHORITY_ALARM_MS) log.error(fields, message)
  else log.warn(fields, message)
}
