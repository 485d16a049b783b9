import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { ImageFile } from '../containers/layer.ts'
import { SHIM_IMAGE } from './layout.ts'

/** Names what an image holds and how it starts: equal for equal images, wherever their files come from. */
export async function digestFiles(files: readonly ImageFile[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(SHIM_IMAGE))
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${JSON.stringify([file.path, await describe(file)])}\n`)
  }
  return hash.digest('hex')
}

async function describe(file: ImageFile): Promise<unknown> {
  if (!('from' in file)) return file
  const content = createHash('sha256')
  await pipeline(createReadStream(file.from, { highWaterMark: 1 << 20 }), content)
  return { mode: file.mode, digest: content.digest('hex') }
}
