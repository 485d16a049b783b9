import { stat } from 'node:fs/promises'
import type { ImageFile } from '../containers/layer.ts'
import type { ImageLayout } from './lay-out.ts'

/** The contents of an image for people: mode, size, path of each file, the sum, and what they were made from. */
export async function renderLayout({ files, sources }: ImageLayout): Promise<string> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const rows = await Promise.all(
    sorted.map(async (file) => ({ path: file.path, mode: modeOf(file), bytes: await sizeOf(file) })),
  )
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0)
  const lines = rows.map(({ path, mode, bytes }) => `${mode} ${String(bytes).padStart(10)} ${path}`)
  const summary = `${rows.length} files and folders, ${(total / 1e6).toFixed(1)} MB, from ${sources.join(', ')}`
  return [...lines, summary, ''].join('\n')
}

function modeOf(file: ImageFile): string {
  return ('mode' in file && file.mode !== undefined ? file.mode : 0o644).toString(8).padStart(4, '0')
}

async function sizeOf(file: ImageFile): Promise<number> {
  if ('from' in file) return (await stat(file.from)).size
  return 'text' in file ? Buffer.byteLength(file.text) : 0
}
