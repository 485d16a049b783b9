import { join } from 'node:path'
import { architectureOf } from '../../clusters/binaries/binary.ts'
import { fillCache } from '../../clusters/binaries/cache.ts'
import { buildFromModule } from '../../clusters/binaries/go-build.ts'
import { cacheFolder } from '../../util/config.ts'
import { packageRoot } from '../../util/package-root.ts'

/** As `tests/fixtures/registry/go.mod` pins it. */
const VERSION = 'v3.1.2'

/** Builds the distribution project's registry, unless the cache has it; returns its path. */
export async function buildRegistry(): Promise<string> {
  const architecture = architectureOf()
  const path = join(cacheFolder(), 'binaries', `registry-${VERSION}-linux-${architecture}`, 'registry')
  const module = join(packageRoot(), 'tests', 'fixtures', 'registry')
  const silent = () => {}
  await fillCache(path, silent, async (workFolder) => {
    const product = join(workFolder, 'registry')
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w']
    const program = 'github.com/distribution/distribution/v3/cmd/registry'
    await buildFromModule(
      { module, architecture, args: ['build', '-v', ...flags, '-o', product, program] },
      workFolder,
      silent,
    )
    return product
  })
  return path
}
