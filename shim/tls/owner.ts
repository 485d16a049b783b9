import { stat } from 'node:fs/promises'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Whom a new file beside this one has to belong to: what root makes for a shim of another user, that one must be able to read. */
export async function ownerOf(path: string): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = await stat(path)
  return { uid, gid }
}
