import { createReadStream } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** A web server of this machine, where pods find modules that are too large for a ConfigMap. */
export class ModuleServer implements Disposable {
  readonly #server: Server
  readonly #files = new Map<string, string>()

  private constructor() {
    this.#server = createServer(async ({ url = '' }, response) => {
      const file = this.#files.get(url)
      if (file === undefined) response.writeHead(404).end()
      // pods that go while they read are none of our business
      else await pipeline(createReadStream(file), response).catch(() => {})
    })
    // a scenario that failed does not wait for it
    this.#server.unref()
  }

  static async start(address: string): Promise<ModuleServer> {
    const started = new ModuleServer()
    const listening = Promise.withResolvers<void>()
    started.#server.once('error', listening.reject).listen(0, address, listening.resolve)
    await listening.promise
    return started
  }

  /** `host:port`. */
  get host(): string {
    const { address, port } = this.#server.address() as AddressInfo
    return `${address}:${port}`
  }

  /** The URL of a file from now on. */
  publish(file: string): string {
    const path = `/${this.#files.size + 1}/${encodeURIComponent(basename(file))}`
    this.#files.set(path, file)
    return `http://${this.host}${path}`
  }

  [Symbol.dispose](): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
