import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createAuthority, issueCertificate } from '../../util/certificates.ts'

export interface HttpsSite extends AsyncDisposable {
  readonly url: string
  /** PEM. */
  readonly authority: string
}

/** An HTTPS server on loopback that this process trusts. */
export async function startHttpsSite(listener: RequestListener): Promise<HttpsSite> {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const authority = await createAuthority({ commonName: 'test site', ...validity })
  const leaf = await issueCertificate(authority, { commonName: 'site', hosts: ['localhost'], ...validity })
  setDefaultCACertificates([...getCACertificates('default'), authority.certificate])
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, listener)
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return {
    authority: authority.certificate,
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
