import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ExecaError, execa } from 'execa'
import type { ClusterProcessSpec } from '../clusters/local/cluster-processes.ts'
import { cacheFolder } from '../util/config.ts'
import { GatehouseError } from '../util/errors.ts'
import { withFileLock } from '../util/file-lock.ts'
import { makeFolder } from '../util/make-folder.ts'
import { packageRoot } from '../util/package-root.ts'

/** The host in the floor's certificate. */
export const FLOOR_HOST = 'floor.gatehouse.internal'

const BUILD_TIMEOUT_MS = 5 * 60_000
const START_TIMEOUT_MS = 10_000

/** What the floor server leaves in its folder. */
export interface FloorFiles {
  readonly socket: string
  /** Its own certificate, PEM; there once the socket accepts. */
  readonly ca: string
}

export function floorFiles(folder: string): FloorFiles {
  return { socket: join(folder, 'floor.sock'), ca: join(folder, 'floor.crt') }
}

/** Builds the floor server unless the cache has this very source built; returns its path. */
export async function buildFloorServer(cache = cacheFolder()): Promise<string> {
  const source = join(packageRoot(), 'bench', 'floor')
  const folder = join(cache, 'bench')
  const path = join(folder, `floor-${await hashFiles(source)}`)
  await makeFolder(folder)
  await withFileLock(`${path}.lock`, { timeoutMs: BUILD_TIMEOUT_MS }, async () => {
    if (!existsSync(path)) await build(source, path)
  })
  return path
}

/** The allow-all server: answers CONNECT on its socket. */
export function floorProcess(program: string, { socket, ca }: FloorFiles): ClusterProcessSpec {
  return {
    name: 'floor',
    command: program,
    args: ['--socket', socket, '--host', FLOOR_HOST, '--ca-file', ca],
    environment: {},
    readiness: { isReady: async () => existsSync(ca), timeoutMs: START_TIMEOUT_MS },
  }
}

// In a copy, since the installed package may be read-only; the product arrives by rename, whole or not at all.
async function build(source: string, path: string): Promise<void> {
  const work = `${path}.partial`
  await rm(work, { recursive: true, force: true })
  try {
    await cp(source, work, { recursive: true })
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w']
    const env = { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly' }
    await execa('go', ['build', ...flags, '-o', 'floor', '.'], { cwd: work, env, stdin: 'ignore' })
    await rename(join(work, 'floor'), path)
  } catch (cause) {
    const reason = cause instanceof ExecaError ? cause.shortMessage : String(cause)
    throw new GatehouseError('ERR_BINARIES_BUILD', `the floor server cannot be built: ${reason}`, {
      cause,
      hint: 'The benchmark compares with a server written in Go: install Go, and try again.',
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function hashFiles(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)))
  return hash.digest('hex').slice(0, 16)
}
