import { writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Shim } from '../../shim/shim.ts'
import type { ShimOptions, SocketOptions } from '../../shim/shim-options.ts'
import type { StartedShim } from '../../shim/started-shim.ts'
import { createLog, type LogLevel } from '../../util/log.ts'
import { makeShortFolder } from './short-folder.ts'

export const HOST = 'admission.gatehouse.internal'

/** A policy's entry in policies.yml, with the module's bytes instead of its place. */
export interface TestPolicy {
  /** Absent where `module` says where it is. */
  readonly guest?: Uint8Array
  readonly [field: string]: unknown
}

/** A group's entry, with members in the place of `policies`. */
export interface TestGroup {
  readonly members: Readonly<Record<string, TestPolicy>>
  readonly expression: string
  readonly [field: string]: unknown
}

export type TestPolicies = Readonly<Record<string, TestPolicy | TestGroup>>

export interface TestShim extends AsyncDisposable {
  readonly shim: StartedShim
  readonly folder: string
  readonly socket: string
  readonly adminSocket: string
  /** The certificate authority's file. */
  readonly authority: string
  /** What was logged, parsed. */
  readonly logged: readonly Record<string, unknown>[]
  /** Sends a request to the socket, in plain HTTP. */
  call(method: string, path: string, body?: Uint8Array | string, headers?: Record<string, string>): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Writes policies.yml and the modules that it names; returns its path. */
export function writePolicies(folder: string, policies: TestPolicies): string {
  const writeModule = (name: string, { guest, ...fields }: TestPolicy) => {
    if (guest !== undefined) writeFileSync(join(folder, `${name}.wasm`), guest)
    return { module: `./${name}.wasm`, ...fields }
  }
  const entries = Object.entries(policies).map(([id, policy]) => {
    if (!isTestGroup(policy)) return [id, writeModule(id, policy)]
    const { members, ...fields } = policy
    const written = Object.entries(members).map(([name, member]) => [name, writeModule(`${id}.${name}`, member)])
    return [id, { message: `denied by ${id}`, ...fields, policies: Object.fromEntries(written) }]
  })
  const path = join(folder, 'policies.yml')
  writeFileSync(path, JSON.stringify(Object.fromEntries(entries)))
  return path
}

const isTestGroup = (policy: TestPolicy | TestGroup): policy is TestGroup => 'members' in policy

export function socketOptions(folder: string): SocketOptions {
  return {
    path: join(folder, 'run/s'),
    mode: 0o660,
    folderMode: 0o750,
    virtualHosts: [{ host: HOST, port: 443 }],
    allowedTargets: [],
  }
}

export type TestShimOptions = Partial<ShimOptions> & { readonly logLevel?: LogLevel }

/** Starts a shim in a folder of its own, in which the options may name files. It ends with the test, or before. */
export async function startShim(
  t: Test,
  policies: TestPolicies,
  options: TestShimOptions | ((folder: string) => TestShimOptions) = {},
): Promise<TestShim> {
  const folder = makeShortFolder(t)
  const { logLevel = 'debug', ...overrides } = typeof options === 'function' ? options(folder) : options
  const logged: Record<string, unknown>[] = []
  const log = createLog({ level: logLevel, format: 'json', write: (line) => logged.push(JSON.parse(line)) })
  const socket = overrides.socket ?? socketOptions(folder)
  const certificates = { kind: 'issued', folder: join(folder, 'pki'), hosts: [HOST] } as const
  const admin = { path: join(folder, 'run/admin.sock'), mode: 0o600, folderMode: 0o700 }
  const limits = {
    workers: 2,
    queue: 100,
    policyTimeoutMs: 10_000,
    memoryLimitBytes: 16 * 1024 * 1024,
    graceMs: 10_000,
    handoverGraceMs: 10_000,
    modules: { store: join(folder, 'store') },
  }
  const path = writePolicies(folder, policies)
  const shim = await new Shim({ policies: path, admin, certificates, ...limits, ...overrides, socket }, log).start()
  return {
    shim,
    folder,
    socket: socket.path,
    adminSocket: admin.path,
    authority: join(folder, 'pki/ca.crt'),
    logged,
    call: (method, path, body, headers) =>
      send(
        { socketPath: socket.path, method, path, headers: { 'content-type': 'application/json', ...headers } },
        body,
      ),
    [Symbol.asyncDispose]: () => shim[Symbol.asyncDispose](),
  }
}

/** Sends one HTTP request and reads the answer whole; HTTPS if a `ca` is given. */
export function send(options: RequestOptions, body?: Uint8Array | string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = options.ca === undefined ? httpRequest : httpsRequest
    // a connection of its own, unless the caller brings one
    const outgoing = request({ agent: false, ...options }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
