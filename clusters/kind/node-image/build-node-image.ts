import { createHash, randomUUID } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDockerArchive } from '../../../containers/docker-archive.ts'
import type { ContainerEngine } from '../../../containers/engine.ts'
import type { ImageFile } from '../../../containers/layer.ts'
import { fetchDebianPackages } from '../../../image/debian-packages.ts'
import { cacheFolder } from '../../../util/config.ts'
import { makeFolder } from '../../../util/make-folder.ts'
import type { Steps } from '../../../util/steps.ts'
import type { ResolvedBinary } from '../../binaries/binary.ts'
import { architectureOf } from '../../binaries/binary.ts'
import { resolvePrograms } from '../../binaries/resolve.ts'
import { DEBIAN_PACKAGES, LEFT_OUT, listDebianFiles } from './debian.ts'
import { ENTRYPOINT, listOwnFiles } from './own-files.ts'
import { HOST_PROGRAMS, NODE_PROGRAMS } from './recipe.ts'
import { findImageName, listImageNames, writeSystemImages } from './system-images.ts'

export interface NodeImageBuild {
  /** `localhost/gatehouse-node:v1.37.2-…`. */
  readonly name: string
  /** `v1.37.2`. */
  readonly kubernetesPatch: string
  readonly engine: ContainerEngine
  readonly steps: Steps
  /** Asks the mirror for the newest packages, where older ones are at hand. */
  readonly isFresh?: boolean
}

export interface BuiltNodeImage {
  readonly name: string
  readonly id: string
  readonly bytes: number
}

/** Builds the image of a node without a registry, and loads it into the engine. */
export async function buildNodeImage(build: NodeImageBuild): Promise<BuiltNodeImage> {
  const { name, engine, steps } = build
  const work = join(cacheFolder(), 'node-image', `work-${randomUUID()}`)
  await makeFolder(work)
  try {
    const { files, sources } = await layOut(build, work)
    const archive = await steps.run('Writing the node image', async (detail) => {
      const labels = { 'gatehouse.debian-packages': sources.join(' ') }
      const file = join(work, 'node.tar')
      const written = await writeDockerArchive({ file, tag: name, files, entrypoint: [ENTRYPOINT], labels })
      detail(`${files.length} files, ${megabytes(written.bytes)}`)
      return written
    })
    await steps.run(`Loading it into ${engine.name}`, () => engine.run(['load', '--input', archive.file]))
    return { name, id: archive.id, bytes: archive.bytes }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

interface Layout {
  readonly files: readonly ImageFile[]
  readonly sources: readonly string[]
}

async function layOut({ kubernetesPatch, steps, isFresh = false }: NodeImageBuild, work: string): Promise<Layout> {
  const architecture = architectureOf()
  const programs = await resolvePrograms(NODE_PROGRAMS, { kubernetesVersion: kubernetesPatch, steps })
  const debian = await steps.run('Fetching Debian packages', async (detail) => {
    const folder = packagesFolder(architecture)
    if (isFresh) await rm(folder, { recursive: true, force: true })
    const wanted = { architecture, names: DEBIAN_PACKAGES, dependenciesWithout: LEFT_OUT, folder }
    const found = await fetchDebianPackages(wanted)
    detail(`${found.packages.length} packages`)
    return found
  })
  const names = await listImageNames(programs.kubeadm.path, kubernetesPatch)
  const images = await steps.run('Writing the images of the control plane', async (detail) => {
    const folder = join(work, 'images')
    const written = await writeSystemImages({ names, programs, architecture, root: debian.root, folder })
    detail(await sizes(written))
    return written
  })
  const files = [
    ...(await listDebianFiles(debian.root)),
    ...HOST_PROGRAMS.map((name) => hostProgram(name, programs[name])),
    ...(await listOwnFiles(findImageName(names, 'pause'), kubernetesPatch)),
    ...images,
    { path: 'kind/packages', text: `${debian.packages.join('\n')}\n` },
  ]
  return { files, sources: debian.packages }
}

function packagesFolder(architecture: string): string {
  const names = createHash('sha256')
    .update(JSON.stringify([DEBIAN_PACKAGES, LEFT_OUT]))
    .digest('hex')
    .slice(0, 12)
  return join(cacheFolder(), 'node-image', `debian-${architecture}-${names}`)
}

function hostProgram(name: string, { path }: ResolvedBinary): ImageFile {
  return { path: `usr/bin/${name}`, from: path, mode: 0o755 }
}

async function sizes(files: readonly ImageFile[]): Promise<string> {
  const parts = await Promise.all(
    files.map(async (file) => ('from' in file ? `${file.path} ${megabytes((await stat(file.from)).size)}` : file.path)),
  )
  return parts.join(', ')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
