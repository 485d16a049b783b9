import { GatehouseError } from '../../util/errors.ts'
import type { Limits } from '../limits.ts'
import type { Sources } from '../sources/sources.ts'
import { Agents, type Mode } from './agents.ts'
import { exchange, type HttpAnswer, type HttpRequest } from './exchange.ts'
import { describeFailure, isPassing, PassingFailure } from './failures.ts'

interface Miss {
  readonly mode: Mode
  readonly error: unknown
}

/** Reaches servers in the ways that the sources allow: Kubewarden's three attempts for an insecure host, one for others. */
export class Transport implements Disposable {
  readonly sources: Sources
  readonly limits: Limits
  readonly #agents: Agents
  // Once a host has answered, it is not asked in a less safe way because of one failure.
  readonly #established = new Map<string, Mode>()

  constructor(sources: Sources, limits: Limits) {
    this.sources = sources
    this.limits = limits
    this.#agents = new Agents(sources)
  }

  /** The answer to one request, whatever its status; redirects are answers. @throws ERR_ARTIFACT_FETCH */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const misses: Miss[] = []
    for (const mode of this.#modesFor(request.url)) {
      try {
        const answer = await this.#exchange(mode, request, signal)
        this.#established.set(request.url.host, mode)
        return answer
      } catch (error) {
        signal.throwIfAborted()
        misses.push({ mode, error })
      }
    }
    throw unreachable(request.url.host, misses)
  }

  [Symbol.dispose](): void {
    this.#agents[Symbol.dispose]()
  }

  #modesFor(url: URL): readonly Mode[] {
    if (url.protocol === 'http:') return ['plain']
    const established = this.#established.get(url.host)
    if (established !== undefined) return [established]
    return this.sources.isInsecure(url.host) ? ['verified', 'unverified', 'plain'] : ['verified']
  }

  #exchange(mode: Mode, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const url = mode === 'plain' ? asPlain(request.url) : request.url
    const { stallMs } = this.limits
    return exchange({ ...request, url }, { agent: this.#agents.agentFor(mode, url), stallMs, signal })
  }
}

const WAYS: Readonly<Record<Mode, string>> = {
  verified: 'over HTTPS',
  unverified: 'over HTTPS without verification',
  plain: 'over HTTP',
}

// Without a port, a host is looked for at port 80 then, as Kubewarden does.
function asPlain(url: URL): URL {
  return new URL(`http://${url.host}${url.pathname}${url.search}`)
}

function unreachable(host: string, misses: readonly Miss[]): GatehouseError {
  const reasons = misses.map(({ mode, error }) => `${WAYS[mode]}: ${describeFailure(error)}`)
  const message = `cannot reach ${host} ${reasons.join('; ')}`
  const cause = misses.at(-1)?.error
  if (misses.some(({ error }) => isPassing(error))) return new PassingFailure(message, { cause })
  return new GatehouseError('ERR_ARTIFACT_FETCH', message, {
    cause,
    hint: 'In the sources file, source_authorities names the authorities of a host, insecure_sources the hosts that need none.',
  })
}
