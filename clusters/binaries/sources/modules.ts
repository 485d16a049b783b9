import { join } from 'node:path'
import { isGatehouseError } from '../../../util/errors.ts'
import { packageRoot } from '../../../util/package-root.ts'
import type { WantedBinary } from '../binary.ts'
import { cachePath, fillCache } from '../cache.ts'
import { buildFromModule } from '../go-build.ts'
import { PROGRAMS, versionOf } from '../programs.ts'
import type { BinarySource, SourceAnswer } from '../source.ts'
import { KUBERNETES_PATCHES, NODE_KUBERNETES_VERSION } from '../versions.ts'

/** Builds from the public Go modules, each version with the go.mod and go.sum that come with this package. */
export function modulesSource(cacheFolder: string): BinarySource {
  return {
    title: 'a build from its Go module',
    async find(wanted, detail): Promise<SourceAnswer> {
      const module = moduleFolder(wanted)
      if (module === undefined) {
        return { missing: `the modules in this package pin ${pinnedVersions(wanted).join(', ')}` }
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
  const { project } = PROGRAMS[name]
  if (!pinnedVersions({ name }).includes(version)) return undefined
  const [, minor] = /^v(\d+\.\d+)\./.exec(version) ?? []
  return join(modules, project === 'kubernetes' ? `kubernetes-${minor}` : project)
}

// Older versions are for local clusters, which have no nodes.
function pinnedVersions({ name }: Pick<WantedBinary, 'name'>): readonly string[] {
  if (name === 'kube-apiserver') return Object.values(KUBERNETES_PATCHES)
  return [versionOf(name, KUBERNETES_PATCHES[NODE_KUBERNETES_VERSION])]
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
  const { project, goPackage } = PROGRAMS[name]
  return ['build', ...buildFlags(version, project === 'kubernetes'), '-o', product, goPackage]
}

/** The same flags for all, so that what one build compiled is there for the next. */
export function buildFlags(version: string, isOfKubernetes: boolean): string[] {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version) ?? []
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' }
  const stamps = Object.entries(variables).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`)
  const ldflags = ['-s', '-w', ...(isOfKubernetes ? stamps : [])].join(' ')
  return ['-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', ldflags]
}
