import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { ImageFile } from '../containers/layer.ts'
import { packageRoot } from '../util/package-root.ts'
import { compileProgram } from './compiled-program.ts'
import { explainImageBuild } from './explain-image-build.ts'
import { listFilesBelow } from './list-files-below.ts'

/** What Node reads, and what licences ask for. Types, maps, tests and prose stay outside. */
const RUNNING = /(\.(js|cjs|mjs|json|wasm|node)|\/(licen[cs]e|notice)[^/]*)$/i
const PASSED_OVER = /\/(\.package-lock\.json|tsconfig[^/]*\.json)$|\/(test|tests|example|examples|docs)\//

/** Our own package as it is installed, compiled, with the packages that it needs, below a folder of the image. */
export async function listProgramFiles(into: string, cache: string, signal?: AbortSignal): Promise<ImageFile[]> {
  const root = packageRoot()
  const dist = await compileProgram(cache, signal)
  const own = ['package.json', 'LICENSE', 'cli/start.js'].map((name) => place(join(into, name), join(root, name)))
  const compiled = (await listFilesBelow(dist)).filter((file) => RUNNING.test(file))
  const packages = await Promise.all(
    [...(await findPackages(root))].map(async ([path, folder]) => {
      const files = (await listFilesBelow(folder)).filter((file) => !file.startsWith(join(folder, 'node_modules/')))
      const kept = files.filter((file) => isNeeded(`/${relative(folder, file)}`))
      return kept.map((file) => place(join(into, path, relative(folder, file)), file))
    }),
  )
  return [...own, ...compiled.map((file) => place(join(into, 'dist', relative(dist, file)), file)), ...packages.flat()]
}

function isNeeded(path: string): boolean {
  return RUNNING.test(path) && !PASSED_OVER.test(path)
}

function place(path: string, from: string): ImageFile {
  return { path, from, mode: 0o644 }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The packages that ours needs when it runs, by their path below it: each where Node finds it from the one that needs it. */
async function findPackages(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const waiting = [root]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      if (name.startsWith('@types/')) continue
      const dependency = findPackage(name, folder, root)
      const path = pathInImage(dependency, root)
      if (found.has(path)) continue
      found.set(path, dependency)
      waiting.push(dependency)
    }
  }
  return found
}

function findPackage(name: string, from: string, root: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) break
  }
  throw explainImageBuild(
    `the package ${name}, which ${relative(root, from) || 'Gatehouse'} needs`,
    new Error('is missing'),
  )
}

// Beside us when npm hoisted it, else under us; in the image all are under us.
function pathInImage(dependency: string, root: string): string {
  const path = relative(root, dependency)
  return path.startsWith('..') ? join('node_modules', relative(dirname(root), dependency)) : path
}
