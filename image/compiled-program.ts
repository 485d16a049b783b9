import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { execa } from 'execa'
import { withFileLock } from '../util/file-lock.ts'
import { packageRoot } from '../util/package-root.ts'
import { explainImageBuild } from './explain-image-build.ts'
import { listFilesBelow } from './list-files-below.ts'

const PROJECT = 'tsconfig.build.json'
const LOCK_TIMEOUT_MS = 5 * 60_000
/** What nobody asked for in this time goes when the next is compiled. */
const KEPT_MS = 60 * 60_000

/**
 * The folder of our own compiled code. An installed package is compiled; a checkout is into a folder below `cache`, once for
 * equal sources. @throws ERR_IMAGE_BUILD
 */
export async function compileProgram(cache: string, signal?: AbortSignal): Promise<string> {
  const root = packageRoot()
  if (!existsSync(join(root, PROJECT))) return join(root, 'dist')
  const folder = join(cache, 'programs')
  const dist = join(folder, await digestSources(root))
  await mkdir(folder, { recursive: true })
  return withFileLock(`${dist}.lock`, { timeoutMs: LOCK_TIMEOUT_MS, signal }, async () => {
    if (!existsSync(dist)) {
      await compile(root, dist, signal)
      await removeOld(folder)
    }
    await utimes(dist, new Date(), new Date())
    return dist
  })
}

async function digestSources(root: string): Promise<string> {
  const project = join(root, PROJECT)
  const { include } = JSON.parse(await readFile(project, 'utf8')) as { include: string[] }
  const sources = await Promise.all(include.map((name) => listFilesBelow(join(root, name))))
  const settings = ['tsconfig.json', 'package.json', 'package-lock.json'].map((name) => join(root, name))
  const hash = createHash('sha256')
  for (const file of [project, ...settings, ...sources.flat().filter((file) => /\.[cm]?[jt]s$/.test(file))]) {
    const text = await readFile(file)
    hash.update(`${JSON.stringify([relative(root, file), text.length])}\n`).update(text)
  }
  return hash.digest('hex').slice(0, 16)
}

// Under its name only what is whole: a compiler that was interrupted leaves a draft.
async function compile(root: string, dist: string, signal: AbortSignal | undefined): Promise<void> {
  const draft = `${dist}.draft`
  const compiler = join(root, 'node_modules/.bin/tsc')
  const options = { cwd: root, stdin: 'ignore', ...(signal !== undefined && { cancelSignal: signal }) } as const
  await rm(draft, { recursive: true, force: true })
  try {
    // what a test runner puts into every Node that it starts is not for the compiler
    await execa('env', ['-u', 'NODE_OPTIONS', compiler, '-p', join(root, PROJECT), '--outDir', draft], options)
  } catch (error) {
    throw explainImageBuild('the program cannot be compiled', error)
  }
  await rename(draft, dist)
}

async function removeOld(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    const used = await stat(path).catch(() => undefined)
    if (!entry.isDirectory() || used === undefined || Date.now() - used.mtimeMs < KEPT_MS) continue
    await rm(path, { recursive: true, force: true })
  }
}
