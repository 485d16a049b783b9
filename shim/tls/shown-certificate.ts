import type { ServerCertificate } from './server-certificate.ts'

interface Shows {
  useCertificate(certificate: ServerCertificate): void
}

/** The certificate that new connections are shown. */
export class ShownCertificate {
  #current: ServerCertificate

  constructor(certificate: ServerCertificate) {
    this.#current = certificate
  }

  get current(): ServerCertificate {
    return this.#current
  }

  replace(renewed: ServerCertificate, listeners: readonly Shows[]): void {
    this.#current = renewed
    for (const listener of listeners) listener.useCertificate(renewed)
  }
}
