import { readFile, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ImageFile } from '../containers/layer.ts'
import { ARCHITECTURE_NAMES, type Architecture } from './architecture.ts'
import { readElfNeeds } from './elf.ts'
import { explainImageBuild } from './explain-image-build.ts'

/**
 * The loader and the libraries that a program needs, and those that they need in turn, from a root folder. Each lies where the
 * loader looks first, under the name that it is asked for by. What the program loads by itself while it runs, its `extensions`,
 * may need more than the program does.
 */
export async function listLibraries(
  program: string,
  root: string,
  architecture: Architecture,
  extensions: readonly string[] = [],
): Promise<ImageFile[]> {
  const { libraries: triplet, elf } = ARCHITECTURE_NAMES[architecture]
  const { machine, interpreter, libraries } = await readElfNeeds(program)
  if (machine !== elf || interpreter === undefined) {
    throw explainImageBuild(program, new Error(`is no program for ${architecture} that needs libraries`))
  }
  const loader = basename(interpreter)
  // the loader's own path is in every program; the rest is looked for in one folder
  const found = new Map<string, ImageFile>([
    [loader, { path: interpreter, from: await findLibrary(loader, root, triplet), mode: 0o755 }],
  ])
  const ofExtensions = await Promise.all(extensions.map(readElfNeeds))
  const waiting = [...libraries, ...ofExtensions.flatMap((needs) => needs.libraries)]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue
    const from = await findLibrary(name, root, triplet)
    found.set(name, { path: join('/lib', triplet, name), from, mode: 0o755 })
    waiting.push(...(await readElfNeeds(from)).libraries)
  }
  return [...found.values()]
}

// As a regular file: what a link's name leads to, within its folder.
async function findLibrary(name: string, root: string, triplet: string): Promise<string> {
  for (const folder of ['lib', 'usr/lib']) {
    const path = await realpath(join(root, folder, triplet, name)).catch(() => undefined)
    if (path !== undefined) return path
  }
  throw explainImageBuild(`the library ${name}`, new Error(`is in none of the packages`))
}

/** The certificates of ca-certificates as the one file that programs look for. */
export async function joinCertificates(files: readonly string[]): Promise<string> {
  const texts = await Promise.all(files.toSorted().map((file) => readFile(file, 'utf8')))
  return texts.map((text) => `${text.trim()}\n`).join('')
}
