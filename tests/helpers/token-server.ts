import { sign } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAuthority, issueCertificate } from '../../util/certificates.ts'
import { makeShortFolder } from './short-folder.ts'

const ISSUER = 'test issuer'
const SERVICE = 'test registry'

/** One request for a token. */
export interface TokenRequest {
  /** `user:password`, or '' for nobody. */
  readonly user: string
  readonly scopes: readonly string[]
}

export interface TokenServer {
  /** The `auth` section of a registry that believes this server. */
  readonly auth: Readonly<Record<string, unknown>>
  readonly requests: readonly TokenRequest[]
}

/**
 * Starts a token server on loopback that grants what `mayUse` allows, by tokens as the distribution project's registry
 * verifies them: https://distribution.github.io/distribution/spec/auth/jwt/
 */
export async function startTokenServer(
  t: { teardown(action: () => unknown): unknown },
  mayUse: (user: string, action: string) => boolean,
): Promise<TokenServer> {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const authority = await createAuthority({ commonName: 'token authority', ...validity })
  const signer = await issueCertificate(authority, { commonName: 'token signer', hosts: ['localhost'], ...validity })
  const rootcertbundle = join(makeShortFolder(t), 'tokens.pem')
  writeFileSync(rootcertbundle, authority.certificate)

  const requests: TokenRequest[] = []
  const server = createServer((request, response) => {
    const [, basic = ''] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? []
    const user = Buffer.from(basic, 'base64').toString()
    const scopes = new URL(request.url ?? '', 'http://localhost').searchParams.getAll('scope')
    requests.push({ user, scopes })
    const access = scopes.map((scope) => grant(scope, (action) => mayUse(user, action)))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ token: writeToken(signer, { sub: user, access }), expires_in: 60 }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const realm = `http://localhost:${(server.address() as AddressInfo).port}/token`
  return { auth: { token: { realm, issuer: ISSUER, service: SERVICE, rootcertbundle } }, requests }
}

function grant(scope: string, mayUse: (action: string) => boolean) {
  const [type, name, actions = ''] = scope.split(':')
  return { type, name, actions: actions.split(',').filter(mayUse) }
}

function writeToken(signer: { certificate: string; key: string }, claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000)
  const times = { iat: now, nbf: now - 10, exp: now + 60 }
  const certificate = signer.certificate.replaceAll(/-----[^-]+-----|\s/g, '')
  const parts = [
    { alg: 'ES256', typ: 'JWT', x5c: [certificate] },
    { iss: ISSUER, aud: SERVICE, jti: 'token', ...times, ...claims },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const signature = sign('sha256', Buffer.from(parts.join('.')), { key: signer.key, dsaEncoding: 'ieee-p1363' })
  return [...parts, signature.toString('base64url')].join('.')
}
