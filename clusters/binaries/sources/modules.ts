import { join } from 'node:path'
import { isGatehouseError } from '../../../util/errors.ts'
import { packageRoot } from '../../../util/package-root.ts'
import type { WantedBinary } from '../binary.ts'
import { cachePath, fillCache } from '../cache.ts'
import { buildFromModule } from '../go-build.ts'
import type { BinarySource, SourceAnswer } from '../source.ts'
import { ETCD_VERSION, KUBERNETES_PATCHES } from '../versions.ts'

/** Builds from the public Go modules, each version with the go.mod and go.sum that come with this package. */
export function modulesSource(cacheFolder: string): BinarySource {
  return {
    title: 'a build from its Go module',
    async find(wanted, detail): Promise<SourceAnswer> {
      const module = moduleFolder(wanted)
      if (module === undefined) {
        const pinned = [...Object.values(KUBERNETES_PATCHES), ETCD_VERSION].join(', ')
        return { missing: `the modules in this package pin ${pinned}` }
      }
      const path = cachePath(cacheFolder, wanted)
      try {
        await fillCache(path, detail, (workFolder) => build(wanted, module, workFolder, detail))
        return { path, version: wanted.version }
      } catch (error) {
        if (isGatehouseError(error, 'ERR_BINARIES_BUILD')) return { missing: error.message }
        throw error
      }
    },
  }
}

/** The folder of the module that pins this version, if one does. */
export function moduleFolder({ name, version }: WantedBinary): string | undefined {
  const modules = join(packageRoot(), 'clusters', 'binaries', 'modules')
  if (name === 'etcd') return version === ETCD_VERSION ? join(modules, 'etcd') : undefined
  const pinned = Object.entries(KUBERNETES_PATCHES).find(([, patch]) => patch === version)
  return pinned === undefined ? undefined : join(modules, `kubernetes-${pinned[0]}`)
}

async function build(
  wanted: WantedBinary,
  module: string,
  workFolder: string,
  detail: (text: string) => void,
): Promise<string> {
  const product = join(workFolder, wanted.name)
  const { architecture } = wanted
  await buildFromModule({ module, architecture, args: goBuildArguments(wanted, product) }, workFolder, detail)
  return product
}

/** `go build` as the releases are built, as far as the version that the program reports and the file's size go. */
export function goBuildArguments({ name, version }: WantedBinary, product: string): string[] {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? []
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
  const stamps = Object.entries(variables).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`)
  const ldflags = ['-s', '-w', ...(name === 'etcd' ? [] : stamps)].join(' ')
  const program = name === 'etcd' ? 'go.etcd.io/etcd/server/v3' : 'k8s.io/kubernetes/cmd/kube-apiserver'
  return ['build', '-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', ldflags, '-o', product, program]
}
