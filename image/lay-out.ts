import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageFile } from '../containers/layer.ts'
import type { Steps } from '../util/steps.ts'
import type { Architecture } from './architecture.ts'
import { fetchDebianPackages } from './debian-packages.ts'
import { listOwnFiles, NODE_PATH, PROGRAM_FOLDER } from './layout.ts'
import { joinCertificates, listLibraries } from './libraries.ts'
import { findNodeProgram } from './node-program.ts'
import { listProgramFiles } from './program-files.ts'

export interface LayOutOptions {
  readonly architecture: Architecture
  /** Keeps what was fetched and compiled. */
  readonly cache: string
  readonly steps: Steps
  readonly signal?: AbortSignal | undefined
}

/** The files of the shim's image, and what they were made from. */
export interface ImageLayout {
  readonly files: readonly ImageFile[]
  /** `node 24.21.0`, `libc6_2.36-9+deb12u14_arm64`. */
  readonly sources: readonly string[]
}

const DEBIAN_PACKAGES = ['ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6']

/** Puts together what the image holds: Node, its libraries, certificates of the world's authorities, and the program. */
export async function layOutShimImage(options: LayOutOptions): Promise<ImageLayout> {
  const { architecture, cache, steps, signal } = options
  const node = await steps.run(`Finding Node for ${architecture}`, () => findNodeProgram(architecture, cache, signal))
  const debian = await steps.run(`Fetching its libraries for ${architecture}`, () =>
    fetchDebianPackages({
      architecture,
      names: DEBIAN_PACKAGES,
      folder: join(cache, `debian-${architecture}`),
      ...(signal !== undefined && { signal }),
    }),
  )
  const program = await steps.run('Compiling the program', () => listProgramFiles(PROGRAM_FOLDER, cache, signal))
  const authorities = join(debian.root, 'usr/share/ca-certificates/mozilla')
  const certificates = await joinCertificates((await readdir(authorities)).map((name) => join(authorities, name)))
  const libraries = await listLibraries(node.path, debian.root, architecture)
  return {
    files: [{ path: NODE_PATH, from: node.path, mode: 0o755 }, ...libraries, ...listOwnFiles(certificates), ...program],
    sources: [`node ${node.version}`, ...debian.packages],
  }
}
