import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeDockerArchive } from '../containers/docker-archive.ts'
import { cacheFolder } from '../util/config.ts'
import { withFileLock } from '../util/file-lock.ts'
import { packageVersion } from '../util/package-version.ts'
import { SILENT_STEPS, type Steps } from '../util/steps.ts'
import { type Architecture, hostArchitecture } from './architecture.ts'
import { digestFiles } from './digest-files.ts'
import { findKeptImage, keepImage, removeOldImages, type ShimImage } from './kept-images.ts'
import { type ImageLayout, layOutShimImage } from './lay-out.ts'
import { SHIM_IMAGE } from './layout.ts'

export interface ShimImageOptions {
  /** This machine's unless given. */
  readonly architecture?: Architecture
  readonly steps?: Steps
  readonly signal?: AbortSignal | undefined
  /** Names the image; unless given, by our version and what it holds. */
  readonly tag?: string
  readonly cache?: string
}

const LOCK_TIMEOUT_MS = 10 * 60_000

/**
 * The shim's image as an archive that `docker load`, `podman load` and `kind load image-archive` take, laid out without a
 * registry and without an engine. Equal contents are built once, and give equal digests. @throws ERR_IMAGE_BUILD
 */
export async function buildShimImage(options: ShimImageOptions = {}): Promise<ShimImage> {
  const { steps = SILENT_STEPS, architecture = hostArchitecture(), tag } = options
  return withShimLayout(options, async ({ files }) => {
    const content = (await digestFiles(files)).slice(0, 12)
    const name = tag ?? `gatehouse:${packageVersion()}-${content}`
    const archive = join(imagesFolder(options), `${architecture}-${content}-${encodeURIComponent(name)}.tar`)
    return withFileLock(`${archive}.lock`, { timeoutMs: LOCK_TIMEOUT_MS, signal: options.signal }, async () => {
      const kept = await findKeptImage(archive)
      if (kept !== undefined) return kept
      return steps.run(`Writing the image ${name}`, async () => {
        const { id, bytes } = await writeDockerArchive({ file: archive, tag: name, files, architecture, ...SHIM_IMAGE })
        await removeOldImages(archive)
        return keepImage({ archive, tag: name, digest: id, bytes })
      })
    })
  })
}

/** Lays the image out, for as long as `action` reads its files. */
export async function withShimLayout<T>(
  options: ShimImageOptions,
  action: (layout: ImageLayout) => Promise<T>,
): Promise<T> {
  const { architecture = hostArchitecture(), steps = SILENT_STEPS, signal } = options
  const workFolder = await mkdtemp(join(tmpdir(), 'gatehouse-image-'))
  try {
    const cache = imagesFolder(options)
    return await action(await layOutShimImage({ architecture, cache, workFolder, steps, signal }))
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

function imagesFolder({ cache = cacheFolder() }: ShimImageOptions): string {
  return join(cache, 'shim-image')
}
