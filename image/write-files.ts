import { chmod, copyFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ImageFile } from '../containers/layer.ts'
import { makeFolder } from '../util/make-folder.ts'

/** Writes the files of an image below a folder, for a builder that makes an image of folders. */
export async function writeImageFiles(folder: string, files: readonly ImageFile[]): Promise<void> {
  for (const file of files) {
    const path = join(folder, file.path)
    await makeFolder('isFolder' in file ? path : dirname(path), 0o755)
    if ('from' in file) await copyFile(file.from, path)
    if ('text' in file) await writeFile(path, file.text)
    if ('linkTo' in file) throw new Error(`${file.path}: the shim's image has no links`)
    // whatever the umask, and whatever the copied file's own mode
    await chmod(path, file.mode ?? ('isFolder' in file ? 0o755 : 0o644))
  }
}
