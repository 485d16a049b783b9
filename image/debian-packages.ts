import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { withFileLock } from '../util/file-lock.ts'
import { makeFolder } from '../util/make-folder.ts'
import type { Architecture } from './architecture.ts'
import { explainImageBuild } from './explain-image-build.ts'

/** Packages of Debian, unpacked. */
export interface DebianFiles {
  /** The folder in which they lie as they would below `/`. */
  readonly root: string
  /** `libc6_2.36-9+deb12u14_arm64`. */
  readonly packages: readonly string[]
}

export interface DebianOptions {
  readonly architecture: Architecture
  readonly names: readonly string[]
  /** Takes what they depend on too, except for these. */
  readonly dependenciesWithout?: readonly string[]
  /** Keeps them; what is there is used without a question to the mirror. */
  readonly folder: string
  readonly signal?: AbortSignal | undefined
}

const LOCK_TIMEOUT_MS = 10 * 60_000

/**
 * Fetches packages from the mirror that this machine's apt uses, with apt's own checks of signatures, for whatever processor,
 * and unpacks them. apt is given state of its own, so that nothing changes on the machine. @throws ERR_IMAGE_BUILD
 */
export async function fetchDebianPackages(options: DebianOptions): Promise<DebianFiles> {
  const { folder, signal } = options
  await makeFolder(folder)
  await withFileLock(`${folder}.lock`, { timeoutMs: LOCK_TIMEOUT_MS, signal }, async () => {
    const isThere = (await readdir(folder)).includes('root')
    if (!isThere) await download(options)
  })
  return { root: join(folder, 'root'), packages: await listPackages(folder) }
}

async function download({ architecture, names, dependenciesWithout, folder, signal }: DebianOptions): Promise<void> {
  const work = join(folder, 'work')
  const draft = join(work, 'root')
  await rm(work, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  const run = (command: string, args: readonly string[]) =>
    execa(command, args, { cwd: work, stdin: 'ignore', ...(signal !== undefined && { cancelSignal: signal }) })
  try {
    const settings = await ownAptState(join(work, 'apt'), architecture)
    await run('apt-get', [...settings, '-q', 'update'])
    // as for a machine on which nothing is installed, so that the whole chain of dependencies comes
    const install = ['install', '--download-only', '--yes', '--no-install-recommends']
    await run('apt-get', [...settings, '-q', ...(dependenciesWithout === undefined ? ['download'] : install), ...names])
    const archives = join(work, 'apt/cache/archives')
    const fetched = (await readdir(archives)).filter((file) => file.endsWith('.deb'))
    for (const file of fetched) await rename(join(archives, file), join(work, file))
    const isWanted = (file: string) => !dependenciesWithout?.includes(file.slice(0, file.indexOf('_')))
    const files = (await readdir(work)).filter((file) => file.endsWith('.deb') && isWanted(file)).sort()
    for (const file of files) await run('dpkg-deb', ['--extract', file, draft])
    for (const file of files) await rename(join(work, file), join(folder, file))
    await rename(draft, join(folder, 'root'))
  } catch (error) {
    throw explainImageBuild(`Debian's packages ${names.join(', ')} for ${architecture} cannot be had`, error)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Flags that let apt-get work for a processor in a folder, as if nothing was installed; the sources are the machine's. */
export async function ownAptState(folder: string, architecture: Architecture): Promise<string[]> {
  const [lists, cache] = [join(folder, 'lists'), join(folder, 'cache')]
  for (const path of [join(lists, 'partial'), join(cache, 'archives/partial')]) await mkdir(path, { recursive: true })
  return [
    `APT::Architecture=${architecture}`,
    `APT::Architectures::=${architecture}`,
    `Dir::State::lists=${lists}`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${cache}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
  ].flatMap((setting) => ['-o', setting])
}

async function listPackages(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.deb'))
  return names.map((name) => decodeURIComponent(name.slice(0, -'.deb'.length))).sort()
}
