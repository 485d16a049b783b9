import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { ExecaError, execa } from 'execa'
import { GatehouseError, isGatehouseError } from '../../../util/errors.ts'
import { packageRoot } from '../../../util/package-root.ts'
import type { WantedBinary } from '../binary.ts'
import { cachePath, fillCache } from '../cache.ts'
import { everyFewSeconds } from '../progress.ts'
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
  // A copy: the installed package may be read-only, and Go takes the module's folder for its own.
  const folder = join(workFolder, 'module')
  await cp(module, folder, { recursive: true })
  const product = join(workFolder, wanted.name)
  const go = execa('go', goBuildArguments(wanted, product), {
    cwd: folder,
    env: { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: wanted.architecture, GOWORK: 'off' },
    stdin: 'ignore',
    buffer: { stdout: false, stderr: true },
  })
  const report = everyFewSeconds(detail)
  const startedAt = performance.now()
  let packages = 0
  try {
    for await (const line of go.iterable({ from: 'stderr' })) {
      if (!line.startsWith('go: ')) packages += 1
      report(() => `building, ${packages} packages in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
    }
    await go
  } catch (error) {
    throw new GatehouseError('ERR_BINARIES_BUILD', describeFailure(error), { cause: error })
  }
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

function describeFailure(error: unknown): string {
  if (!(error instanceof ExecaError)) return String(error)
  if (error.code === 'ENOENT') return 'Go is not installed'
  const lastLines = String(error.stderr ?? '')
    .trim()
    .split('\n')
    .slice(-5)
  return `${error.shortMessage}\n${lastLines.map((line) => `      ${line}`).join('\n')}`
}
