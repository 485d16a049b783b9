import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GatehouseError } from '../../util/errors.ts'
import { packageRoot } from '../../util/package-root.ts'
import { isExecutable } from '../../util/programs.ts'
import type { Steps } from '../../util/steps.ts'
import { architectureOf, type ResolvedBinary } from './binary.ts'
import { fillCache } from './cache.ts'
import { buildFromModule } from './go-build.ts'
import { buildFlags } from './sources/modules.ts'

/** What a build is made from; tests and their data change nothing in it. */
const SOURCE = /(?<!_test)\.go$|^go\.(mod|sum)$/

/**
 * The kube-apiserver with plugin/in-process, of the Kubernetes version that its go.mod names: from the cache, else built, which shares
 * all of Go's cache with a stock build. Nobody publishes it. @throws ERR_CLUSTER_OPTIONS, ERR_BINARIES_BUILD
 */
export async function buildInProcessApiServer(
  kubernetesPatch: string,
  { cacheFolder, steps }: { readonly cacheFolder: string; readonly steps: Steps },
): Promise<ResolvedBinary> {
  const module = join(packageRoot(), 'plugin', 'in-process')
  const version = await pinnedVersion(module)
  if (version !== kubernetesPatch) {
    const message = `the API server with policies in process is ${version}, not ${kubernetesPatch}`
    throw new GatehouseError('ERR_CLUSTER_OPTIONS', message, {
      hint: `Ask for ${version}, or for the stock API server.`,
    })
  }
  const architecture = architectureOf()
  const entry = `in-process-${version}-${await digestSources(module)}-linux-${architecture}`
  const path = join(cacheFolder, 'binaries', entry, 'kube-apiserver')
  return steps.run(`Finding kube-apiserver ${version} with policies in process`, async (detail) => {
    if (await isExecutable(path)) {
      detail(`${version} from the cache`)
      return { path, version, source: 'the cache' }
    }
    await fillCache(path, detail, async (workFolder) => {
      const product = join(workFolder, 'kube-apiserver')
      const args = ['build', ...buildFlags(version, true), '-o', product, '.']
      await buildFromModule({ module, architecture, args }, workFolder, detail)
      return product
    })
    return { path, version, source: 'a build of plugin/in-process' }
  })
}

async function pinnedVersion(module: string): Promise<string> {
  const [, version = ''] =
    /^require k8s\.io\/kubernetes (v\S+)$/m.exec(await readFile(join(module, 'go.mod'), 'utf8')) ?? []
  return version
}

async function digestSources(module: string): Promise<string> {
  const files = (await readdir(module, { recursive: true })).filter((name) => SOURCE.test(name)).sort()
  const hash = createHash('sha256')
  for (const name of files) {
    const text = await readFile(join(module, name))
    hash.update(`${JSON.stringify([name, text.length])}\n`).update(text)
  }
  return hash.digest('hex').slice(0, 12)
}
