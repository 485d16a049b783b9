import { mkdir, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { get as getTls } from 'node:https'
import { join } from 'node:path'
import { NO_SOURCES, type Sources } from '../../artifacts/sources/sources.ts'
import { findFreePorts } from '../../clusters/local/ports.ts'
import { createAuthority, issueCertificate } from '../../util/certificates.ts'
import { startProcess, stopProcesses, waitUntilReady } from '../../util/managed-process.ts'
import { buildRegistry } from './registry-program.ts'
import { makeShortFolder } from './short-folder.ts'

export interface RegistryOptions {
  /** HTTPS, with a certificate for its host by an authority of its own. */
  readonly tls?: boolean
  /** Where it listens, for others than this machine; an IPv4 address of it. */
  readonly address?: string
  /** The registry's `auth` section, its paths absolute. */
  readonly auth?: Readonly<Record<string, unknown>>
}

/** A registry that runs. */
export interface StartedRegistry {
  /** `localhost:<port>`, or that of the address: references are `registry://${host}/some/policy:v1`. */
  readonly host: string
  /** The certificate, PEM, that an HTTPS registry is verified with; '' for a plain one. */
  readonly authority: string
  stop(): Promise<void>
}

/**
 * Starts the distribution project's registry on loopback, empty; the test's end stops it. The first use on a machine builds
 * it with Go (2 minutes), later ones take it from the cache of binaries. A plain registry is an insecure source:
 *
 *     const registry = await startRegistry(t)
 *     const options = { sources: insecureSources(registry.host), credentials: ANONYMOUS }
 *     const { immutableReference } = await pushModule(parseReference(`${registry.host}/my/policy:v1`), bytes, options)
 */
export async function startRegistry(
  t: { teardown(action: () => unknown): unknown },
  { tls = false, address = '127.0.0.1', auth }: RegistryOptions = {},
): Promise<StartedRegistry> {
  const command = await buildRegistry()
  const folder = makeShortFolder(t)
  const [port = 0] = await findFreePorts(1)
  const name = address === '127.0.0.1' ? 'localhost' : address
  const files = tls ? await writeCertificate(folder, name) : undefined
  const configFile = join(folder, 'registry.json')
  const http = { addr: `${address}:${port}`, ...(files === undefined ? {} : { tls: files.tls }) }
  const storage = { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } }
  // JSON is YAML
  await writeFile(configFile, JSON.stringify({ version: 0.1, log: { level: 'warn' }, storage, http, auth }))
  const spec = { name: 'registry', command, args: ['serve', configFile], environment: { OTEL_TRACES_EXPORTER: 'none' } }
  const process = await startProcess({ ...spec, logFile: join(folder, 'registry.log') })
  const stop = () => stopProcesses([process], 1000)
  t.teardown(stop)
  await waitUntilReady(process, {
    isReady: (signal) => answers(tls, { host: address, port, signal }),
    timeoutMs: 60_000,
  })
  return { host: `${name}:${port}`, authority: files?.authority ?? '', stop }
}

/** Sources by which a host may be asked over plain HTTP. */
export function insecureSources(host: string): Sources {
  return { ...NO_SOURCES, isInsecure: (asked) => asked === host }
}

async function writeCertificate(folder: string, name: string) {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const authority = await createAuthority({ commonName: 'test registry', ...validity })
  const leaf = await issueCertificate(authority, { commonName: 'registry', hosts: [name], ...validity })
  const tls = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') }
  await mkdir(folder, { recursive: true })
  await writeFile(tls.certificate, leaf.certificate)
  await writeFile(tls.key, leaf.key)
  return { tls, authority: authority.certificate }
}

interface Asked {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
}

// 401 is an answer too.
function answers(tls: boolean, asked: Asked): Promise<boolean> {
  const options = { ...asked, path: '/v2/', agent: false, rejectUnauthorized: false } as const
  return new Promise((resolve, reject) => {
    const request = tls ? getTls : get
    request(options, (answer) => {
      answer.resume()
      resolve(true)
    }).on('error', reject)
  })
}
