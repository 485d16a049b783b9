import { join } from 'node:path'
import { isExecutable } from '../../../util/programs.ts'
import { askVersion } from '../ask-version.ts'
import type { BinarySource } from '../source.ts'

/** What is installed on this machine, if it is of the very version. */
export function pathSource(folders: readonly string[]): BinarySource {
  return {
    title: 'PATH',
    async find({ name, version }) {
      const others: string[] = []
      for (const path of folders.map((folder) => join(folder, name))) {
        if (!(await isExecutable(path))) continue
        const actual = await askVersion(path, name)
        if (actual === version) return { path, version }
        others.push(`${path} is ${actual ?? 'of an unknown version'}`)
      }
      return { missing: others.length === 0 ? `no ${name} in any of its folders` : others.join(', ') }
    },
  }
}
