import type { Credentials } from '../credentials/credentials.ts'
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts'
import { discard } from '../http/read-body.ts'
import { sendFollowing } from '../http/redirects.ts'
import type { Transport } from '../http/transport.ts'
import type { RegistryName } from '../references/registry-name.ts'
import { authorize } from './authorize.ts'

/** Docker Hub's registry has another name than its images. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/** One repository of a registry. */
export interface RegistryClientOptions {
  readonly name: Pick<RegistryName, 'host' | 'repository'>
  readonly actions: 'pull' | 'pull,push'
  readonly transport: Transport
  readonly credentials: Credentials
  readonly signal: AbortSignal
}

/** Sends requests about one repository, and authenticates when the registry asks for it. */
export class RegistryClient {
  readonly #options: RegistryClientOptions
  /** Once made, it is sent with every request, and made again when it is refused: tokens end. */
  #authorization: string | undefined

  constructor(options: RegistryClientOptions) {
    this.#options = options
  }

  get transport(): Transport {
    return this.#options.transport
  }

  get signal(): AbortSignal {
    return this.#options.signal
  }

  /** `https://ghcr.io/v2/kubewarden/policies/x/<rest>` */
  urlOf(rest: string): URL {
    const { host, repository } = this.#options.name
    return new URL(`https://${API_HOSTS[host] ?? host}/v2/${repository}/${rest}`)
  }

  /** The answer to a request, whatever its status. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.#sendOnce(request)
    if (answer.status !== 401 || !this.#isOwn(answer.url)) return answer
    const { transport, signal } = this.#options
    const authorization = await authorize(transport, answer, await this.#access(), signal)
    if (authorization === undefined || authorization === this.#authorization) return answer
    discard(answer)
    this.#authorization = authorization
    return this.#sendOnce(request)
  }

  #sendOnce(request: HttpRequest): Promise<HttpAnswer> {
    const { transport, signal } = this.#options
    const authorization = this.#isOwn(request.url) ? this.#authorization : undefined
    const headers = { ...request.headers, ...(authorization === undefined ? {} : { authorization }) }
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    return isRead
      ? sendFollowing(transport, { ...request, headers }, signal)
      : transport.send({ ...request, headers }, signal)
  }

  // Storage that the registry sends us to, to get or to leave a layer there, is not told who we are, even if it asks.
  #isOwn({ host }: URL): boolean {
    return host === this.urlOf('').host
  }

  async #access() {
    const { credentials, name, actions, signal } = this.#options
    return {
      scope: `repository:${name.repository}:${actions}`,
      credential: await credentials.find(name.host, signal),
    }
  }
}
