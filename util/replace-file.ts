import { readFile, rename, writeFile } from 'node:fs/promises'

/**
 * Makes the file say that, at once: whoever reads it sees the old text or the new one. A file that says it already is not
 * touched. The draft lies beside it under an ending that an API server's folders pass over.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  if ((await readIfThere(file)) === text) return
  await writeFile(`${file}.draft`, text)
  await rename(`${file}.draft`, file)
}

export async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
