import { X509Certificate } from 'node:crypto'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/**
 * One bundle of all certificates in these texts, each once, in an order that does not depend on who reads them first. What is
 * none is left out: the API server would refuse the whole bundle.
 */
export function joinAuthorities(texts: readonly string[]): string {
  return [...new Set(texts.flatMap(listCertificates))]
    .filter(isCertificate)
    .sort()
    .map((pem) => `${pem}\n`)
    .join('')
}

/** The certificates in a text, PEM. */
export function listCertificates(text: string): string[] {
  return (text.match(CERTIFICATE) ?? []).map((pem) => pem.replaceAll('\r\n', '\n'))
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem)
    return true
  } catch {
    return false
  }
}
