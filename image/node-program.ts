import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { withFileLock } from '../util/file-lock.ts'
import { makeFolder } from '../util/make-folder.ts'
import { packageRoot } from '../util/package-root.ts'
import { ARCHITECTURE_NAMES, type Architecture } from './architecture.ts'
import { explainImageBuild } from './explain-image-build.ts'

export interface NodeProgram {
  readonly path: string
  /** `24.21.0`. */
  readonly version: string
}

const LOCK_TIMEOUT_MS = 10 * 60_000

/**
 * Node for a processor, in the version that we are installed with: the npm package beside us, or the one that npm fetches
 * for another processor into the cache. @throws ERR_IMAGE_BUILD
 */
export async function findNodeProgram(
  architecture: Architecture,
  cache: string,
  signal?: AbortSignal,
): Promise<NodeProgram> {
  const name = `node-linux-${ARCHITECTURE_NAMES[architecture].node}`
  const version = await readVersion(name)
  const installed = [join(packageRoot(), 'node_modules', name), join(packageRoot(), '..', name)]
  const beside = installed.map((folder) => join(folder, 'bin/node')).find((path) => existsSync(path))
  if (beside !== undefined) return { path: beside, version }
  const folder = join(cache, `${name}-${version}`)
  const path = join(folder, 'package/bin/node')
  await makeFolder(cache)
  await withFileLock(`${folder}.lock`, { timeoutMs: LOCK_TIMEOUT_MS, signal }, async () => {
    if (!existsSync(path)) await fetchPackage(`${name}@${version}`, folder, signal)
  })
  return { path, version }
}

async function readVersion(name: string): Promise<string> {
  const { optionalDependencies } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  return optionalDependencies[name] ?? ''
}

async function fetchPackage(name: string, folder: string, signal: AbortSignal | undefined): Promise<void> {
  const draft = `${folder}.draft`
  const options = { cwd: draft, stdin: 'ignore', ...(signal !== undefined && { cancelSignal: signal }) } as const
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    // npm checks what it fetches against the registry's digest
    await execa('env', ['-u', 'NODE_OPTIONS', 'npm', 'pack', name, '--silent'], options)
    const [file = ''] = await readdir(draft)
    await execa('tar', ['-xzf', file, 'package/bin/node'], options)
    await rename(draft, folder)
  } catch (error) {
    throw explainImageBuild(`the npm package ${name} cannot be had`, error)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
