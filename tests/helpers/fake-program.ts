import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A shell script in the place of a program that would take minutes to build. */
export async function writeProgram(path: string, script: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}
