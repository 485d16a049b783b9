import { head } from './head.ts'

/** What the policy server shows, PEM. */
export interface ServingCertificate {
  readonly caBundle: string
  readonly certificate: string
  readonly key: string
}

export const CERTIFICATE_SECRET = 'gatehouse-tls'

export function certificateSecret(namespace: string, { caBundle, certificate, key }: ServingCertificate) {
  const encode = (text: string) => Buffer.from(text).toString('base64')
  return {
    ...head('v1', 'Secret', { name: CERTIFICATE_SECRET, namespace }),
    type: 'kubernetes.io/tls',
    data: { 'ca.crt': encode(caBundle), 'tls.crt': encode(certificate), 'tls.key': encode(key) },
  }
}
