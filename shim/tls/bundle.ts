import { X509Certificate } from 'node:crypto'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The certificates of a bundle in PEM. @throws Error when one cannot be read, or there is none */
export function parseBundle(pem: string): X509Certificate[] {
  const certificates = pem.match(CERTIFICATE)?.map((text) => new X509Certificate(text)) ?? []
  if (certificates.length === 0) throw new Error('it holds no certificate in PEM')
  return certificates
}

export function formatBundle(certificates: readonly X509Certificate[]): string {
  return certificates.map(String).join('')
}
