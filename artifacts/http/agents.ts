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
      ...(mode === 'verified' ? { secureContext: contextFor(this.#sources, url.host) } : { rejectUnauthorized: false }),
    })
  }
}

// Reading hundreds of certificates takes a tenth of a second of the thread that answers requests meanwhile, so that
// sources which stay are read for once.
const CONTEXTS = new WeakMap<Sources, Map<string, SecureContext>>()

function contextFor(sources: Sources, host: string): SecureContext {
  const known = CONTEXTS.get(sources) ?? new Map<string, SecureContext>()
  CONTEXTS.set(sources, known)
  const own = sources.authoritiesOf(host)
  // hosts without authorities of their own share one
  const key = own.length === 0 ? '' : host
  const context = known.get(key) ?? createSecureContext({ ca: [...systemAuthorities(), ...own] })
  known.set(key, context)
  return context
}

// Node's own list, NODE_EXTRA_CA_CERTS, and what the machine trusts.
function systemAuthorities(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}
