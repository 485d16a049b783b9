import { join } from 'node:path'
import { architectureOf } from '../../clusters/binaries/binary.ts'
import { fillCache } from '../../clusters/binaries/cache.ts'
import { buildFromModule } from '../../clusters/binaries/go-build.ts'
import { cacheFolder } from '../../util/config.ts'
import { packageRoot } from '../../util/package-root.ts'

export interface GoProgram {
  /** The file's name, and that of the folder in `tests/fixtures` with its go.mod. */
  readonly name: string
  /** Changes when another program would be built. */
  readonly version: string
  /** What `go build` builds there. */
  readonly package: string
  readonly tags?: string
}

/** Builds a program, static, unless the cache has it; returns its path. */
export async function buildGoProgram({ name, version, package: main, tags = '' }: GoProgram): Promise<string> {
  const architecture = architectureOf()
  const path = join(cacheFolder(), 'binaries', `${name}-${version}-linux-${architecture}`, name)
  const module = join(packageRoot(), 'tests', 'fixtures', name)
  const silent = () => {}
  await fillCache(path, silent, async (workFolder) => {
    const product = join(workFolder, name)
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-tags', tags, '-ldflags', '-s -w']
    const args = ['build', '-v', ...flags, '-o', product, main]
    await buildFromModule({ module, architecture, args }, workFolder, silent)
    return product
  })
  return path
}
