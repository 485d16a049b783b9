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
  const { files } = await layOutImage(options)
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
}

/** What the image holds, in files of this machine. @throws ERR_IMAGE_BUILD */
export async function layOutImage(options: ShimImageOptions = {}): Promise<ImageLayout> {
  const { architecture = hostArchitecture(), steps = SILENT_STEPS, signal } = options
  return layOutShimImage({ architecture, cache: imagesFolder(options), steps, signal })
}

function imagesFolder({ cache = cacheFolder() }: ShimImageOptions): string {
  return join(cache, 'shim-image')
}
