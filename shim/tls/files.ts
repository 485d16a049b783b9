import { randomUUID } from 'node:crypto'
import { chown, link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { Owner } from './owner.ts'

/** Writes a file so that a reader finds all of the old or all of the new content. */
export async function writeAtomically(path: string, content: string, mode: number, owner?: Owner): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  try {
    await writeDraft(draft, content, mode, owner)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Writes a file unless there is one; of several writers one wins, and nobody sees a half of it. */
export async function createOnce(path: string, content: string, mode: number, owner?: Owner): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  try {
    await writeDraft(draft, content, mode, owner)
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** The content of a file, or undefined when there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function writeDraft(draft: string, content: string, mode: number, owner: Owner | undefined): Promise<void> {
  await writeFile(draft, content, { mode, flush: true })
  if (owner !== undefined) await chown(draft, owner.uid, owner.gid)
}
