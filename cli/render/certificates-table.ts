import type { CertificatesStatus } from '../../shim/tls/operate-authority.ts'
import type { RotationStep } from '../../shim/tls/rotation.ts'
import { renderTable } from './table.ts'

/** A folder of certificates, for people. */
export function renderCertificates({ server, authorities, rotation, registrars }: CertificatesStatus): string {
  const certificates = renderTable([
    ['CERTIFICATE', 'ENDS', 'SHA-256'],
    ...(server === undefined ? [] : [['server', server.ends, `signed by ${short(server.signedBy)}`]]),
    ...authorities.map(({ role, ends, fingerprint }) => [`authority, ${role}`, ends, short(fingerprint)]),
  ])
  const rows = registrars.map(({ name, isUpToDate }) => [name, isUpToDate ? 'yes' : 'no'])
  const known = rows.length === 0 ? '' : `\n${renderTable([['REGISTRAR', 'HAS THIS BUNDLE'], ...rows])}`
  return `${certificates}${known}\n${describeStep(rotation)}\n`
}

function short(fingerprint: string): string {
  return fingerprint.length > 23 && fingerprint[2] === ':' ? `${fingerprint.slice(0, 23)}…` : fingerprint
}

function describeStep(step: RotationStep): string {
  switch (step.kind) {
    case 'rest':
      return 'No rotation is under way.'
    case 'await-confirmation':
      return [
        'A rotation waits until every API server has the new ca.crt.',
        'When that is so: gatehouse certificates confirm.',
        `If nobody confirms, the next authority signs from ${step.fallbackAt.toISOString()} on.`,
      ].join('\n')
    case 'await-retirement':
      return `A rotation is nearly over: the old authority leaves ca.crt after ${step.until.toISOString()}.`
    default:
      return 'A rotation is under way: a running shim takes its next step within the hour.'
  }
}
