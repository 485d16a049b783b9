import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { architectureOf } from '../../../clusters/binaries/binary.ts'
import { fillCache } from '../../../clusters/binaries/cache.ts'
import { buildFromModule } from '../../../clusters/binaries/go-build.ts'
import { cacheFolder } from '../../../util/config.ts'
import { packageRoot } from '../../../util/package-root.ts'

const PROGRAM = 'github.com/open-policy-agent/opa'

/** The version of OPA that this folder's go.mod names. */
export function opaVersion(): string {
  const module = readFileSync(join(moduleFolder(), 'go.mod'), 'utf8')
  return new RegExp(`^\\s*${PROGRAM} (v\\S+)`, 'm').exec(module)?.[1] ?? ''
}

/** The `opa` command, built from its Go module unless it is in the cache: its path. @throws ERR_BINARIES_BUILD */
export async function buildOpa(detail: (text: string) => void): Promise<string> {
  const architecture = architectureOf()
  const path = join(cacheFolder(), 'binaries', `opa-${opaVersion()}-linux-${architecture}`, 'opa')
  await fillCache(path, detail, async (workFolder) => {
    const product = join(workFolder, 'opa')
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w']
    const args = ['build', '-v', ...flags, '-o', product, PROGRAM]
    await buildFromModule({ module: moduleFolder(), architecture, args }, workFolder, detail)
    return product
  })
  return path
}

const moduleFolder = () => join(packageRoot(), 'scripts', 'policies', 'opa')
