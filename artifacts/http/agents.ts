import { Agent as PlainAgent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { Sources } from '../sources/sources.ts'

/** How a host is spoken to: over HTTPS with and without verification, and over HTTP. */
export type Mode = 'verified' | 'unverified' | 'plain'

/** The connections of one pull or push, kept while it lasts. */
export class Agents implements Disposable {
  readonly #sources: Sources
  readonly #agents = new Map<string, PlainAgent>()
  #systemContext: SecureContext | undefined

  constructor(sources: Sources) {
    this.#sources = sources
  }

  agentFor(mode: Mode, url: URL): PlainAgent {
    const key = `${mode} ${url.host}`
    const agent = this.#agents.get(key) ?? this.#open(mode, url)
    this.#agents.set(key, agent)
    return agent
  }

  [Symbol.dispose](): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }

  #open(mode: Mode, url: URL): PlainAgent {
    const proxy = this.#sources.proxyOf(url)?.href
    if (mode === 'plain') return new PlainAgent({ keepAlive: true, proxyEnv: { HTTP_PROXY: proxy } })
    return new TlsAgent({
      keepAlive: true,
      proxyEnv: { HTTPS_PROXY: proxy },
      ...(mode === 'verified' ? { secureContext: this.#contextFor(url.host) } : { rejectUnauthorized: false }),
    })
  }

  #contextFor(host: string): SecureContext {
    const own = this.#sources.authoritiesOf(host)
    if (own.length > 0) return createSecureContext({ ca: [...systemAuthorities(), ...own] })
    this.#systemContext ??= createSecureContext({ ca: systemAuthorities() })
    return this.#systemContext
  }
}

// Node's own list, NODE_EXTRA_CA_CERTS, and what the machine trusts.
function systemAuthorities(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}
