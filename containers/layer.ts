import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path/posix'
import { GatehouseError } from '../util/errors.ts'
import { TAR_END, type TarEntry, tarHeader, tarPadding } from './tar.ts'

/** One path of an image: a file of this machine, a text, a symbolic link, or an empty folder. Missing parents are made. */
export type ImageFile = { readonly path: string } & (
  | { readonly from: string; readonly mode?: number }
  | { readonly text: string; readonly mode?: number }
  | { readonly linkTo: string }
  | { readonly isFolder: true; readonly mode?: number }
)

/** The bytes of a layer. The same path twice: the later one holds. */
export async function* layerBytes(files: readonly ImageFile[]): AsyncGenerator<Uint8Array> {
  for (const [path, file] of inOrder(files)) {
    const entry = await describe(path, file)
    yield tarHeader(entry)
    if (entry.kind !== 'file') continue
    if ('from' in file) yield* fileBytes(file.from, entry.size)
    else if ('text' in file) yield Buffer.from(file.text)
    yield tarPadding(entry.size)
  }
  yield TAR_END
}

function inOrder(files: readonly ImageFile[]): [string, ImageFile][] {
  const byPath = new Map<string, ImageFile>()
  for (const file of files) {
    const path = relativePath(file.path)
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
      if (!byPath.has(parent)) byPath.set(parent, { path: parent, isFolder: true })
    }
    byPath.set(path, file)
  }
  return [...byPath].sort(([a], [b]) => (a < b ? -1 : 1))
}

function relativePath(path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.length > 0 && !names.includes('..')) return names.join('/')
  throw new GatehouseError('ERR_INTERNAL', `'${path}' is no path of a file in an image`)
}

async function describe(path: string, file: ImageFile): Promise<TarEntry> {
  if ('linkTo' in file) return { path, kind: 'link', mode: 0o777, size: 0, target: file.linkTo }
  if ('isFolder' in file) return { path, kind: 'folder', mode: file.mode ?? 0o755, size: 0 }
  if ('text' in file) return { path, kind: 'file', mode: file.mode ?? 0o644, size: Buffer.byteLength(file.text) }
  const found = await stat(file.from)
  return { path, kind: 'file', mode: file.mode ?? found.mode & 0o7777, size: found.size }
}

// A file that grows or shrinks while it is read would shift everything behind it.
async function* fileBytes(path: string, size: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    bytes += chunk.length
    yield chunk
  }
  if (bytes !== size) throw new GatehouseError('ERR_FILE_READ', `${path} changed while it was read into an image`)
}
