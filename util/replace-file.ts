import { readFile, rename, rm, writeFile } from 'node:fs/promises'

/**
 * Makes the file say that, at once: whoever reads it sees the old text or the new one. A file that says it already is not
 * touched. The draft lies beside it under an ending that an API server's folders pass over, and a name of this process's own:
 * a shim and the command that started it may write the same file.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  if ((await readIfThere(file)) === text) return
  const draft = `${file}.${process.pid}.draft`
  try {
    await writeFile(draft, text)
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

export async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
