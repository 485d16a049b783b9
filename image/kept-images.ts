import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** An image as an archive. */
export interface ShimImage {
  /** The file. */
  readonly archive: string
  /** What the image is called once it is loaded. */
  readonly tag: string
  /** What engines call its id: `sha256:…`. */
  readonly digest: string
  /** Of the archive. */
  readonly bytes: number
}

/** An archive that nobody asked for in this time goes when the next is written. */
const KEPT_MS = 60 * 60 * 1000

/** The archive, if it was written to its end; noted as used. */
export async function findKeptImage(archive: string): Promise<ShimImage | undefined> {
  try {
    const kept = JSON.parse(await readFile(noteOf(archive), 'utf8')) as ShimImage
    if ((await stat(archive)).size !== kept.bytes) return undefined
    await utimes(archive, new Date(), new Date())
    return kept
  } catch {
    return undefined
  }
}

/** Notes what the archive is: with the note it is whole. */
export async function keepImage(image: ShimImage): Promise<ShimImage> {
  await writeFile(noteOf(image.archive), `${JSON.stringify(image)}\n`)
  return image
}

/** Removes archives for the same processor that have been of no use for an hour. */
export async function removeOldImages(archive: string): Promise<void> {
  const folder = dirname(archive)
  const [architecture = ''] = basename(archive).split('-')
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${architecture}-`) && name.endsWith('.tar'))
  for (const path of names.map((name) => join(folder, name))) {
    const used = await stat(path).catch(() => undefined)
    if (used === undefined || Date.now() - used.mtimeMs < KEPT_MS) continue
    await rm(noteOf(path), { force: true })
    await rm(path, { force: true })
  }
}

function noteOf(archive: string): string {
  return `${archive}.json`
}
