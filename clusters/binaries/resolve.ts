import { cacheFolder as defaultCacheFolder, programFolders } from '../../util/config.ts'
import { GatehouseError } from '../../util/errors.ts'
import { SILENT_STEPS, type Steps } from '../../util/steps.ts'
import { architectureOf, type WantedBinary } from './binary.ts'
import { cacheSource } from './cache.ts'
import { kubebuilderAssets } from './config.ts'
import type { BinarySource } from './source.ts'
import { assetsSource } from './sources/assets.ts'
import { modulesSource } from './sources/modules.ts'
import { pathSource } from './sources/path.ts'
import { OFFICIAL_SITES, type ReleaseSites, releaseSource } from './sources/release.ts'
import { ETCD_VERSION, parseKubernetesVersion } from './versions.ts'

export interface ResolveOptions {
  /** `1.37` or `1.37.2`. */
  readonly kubernetesVersion: string
  /** A folder that holds etcd and kube-apiserver. */
  readonly assets?: string
  readonly steps?: Steps
  /** The following are taken from the environment and from the projects' sites unless given. */
  readonly kubebuilderAssets?: string | undefined
  readonly cacheFolder?: string
  readonly programFolders?: readonly string[]
  readonly releaseSites?: ReleaseSites
}

/** A program, and where it came from. */
export interface ResolvedBinary {
  readonly path: string
  readonly version: string
  /** `the cache`, `the official release`, … */
  readonly source: string
}

export interface ResolvedBinaries {
  readonly etcd: ResolvedBinary
  readonly kubeApiServer: ResolvedBinary
}

/** Finds, downloads or builds the control plane's programs. */
export async function resolveBinaries(options: ResolveOptions): Promise<ResolvedBinaries> {
  const kubernetes = parseKubernetesVersion(options.kubernetesVersion)
  const architecture = architectureOf()
  const sources = sourcesInOrder(options)
  const steps = options.steps ?? SILENT_STEPS
  const resolve = (wanted: WantedBinary) =>
    steps.run(`Finding ${wanted.name} ${wanted.version}`, async (detail) => {
      const binary = await resolveBinary(wanted, sources, detail)
      detail(`${binary.version} from ${binary.source}`)
      return binary
    })
  return {
    etcd: await resolve({ name: 'etcd', version: ETCD_VERSION, architecture }),
    kubeApiServer: await resolve({ name: 'kube-apiserver', version: kubernetes.patch, architecture, kubernetes }),
  }
}

/** Asks one source after the other. When none has it, the error lists what each of them said. */
export async function resolveBinary(
  wanted: WantedBinary,
  sources: readonly BinarySource[],
  detail: (text: string) => void,
): Promise<ResolvedBinary> {
  const tried: string[] = []
  for (const source of sources) {
    const answer = await source.find(wanted, detail)
    if ('path' in answer) return { ...answer, source: source.title }
    tried.push(`${source.title}: ${answer.missing}`)
  }
  const message = `${wanted.name} ${wanted.version} for linux/${wanted.architecture} is nowhere to be had:\n    ${tried.join('\n    ')}`
  throw new GatehouseError('ERR_BINARIES_MISSING', message, {
    hint: 'Pass --assets FOLDER with etcd and kube-apiserver, or install Go 1.26 or newer and try again.',
  })
}

function sourcesInOrder(options: ResolveOptions): BinarySource[] {
  const cacheFolder = options.cacheFolder ?? defaultCacheFolder()
  const ambientAssets = 'kubebuilderAssets' in options ? options.kubebuilderAssets : kubebuilderAssets()
  return [
    ...(options.assets === undefined ? [] : [assetsSource('--assets', options.assets, true)]),
    ...(ambientAssets === undefined ? [] : [assetsSource('KUBEBUILDER_ASSETS', ambientAssets, false)]),
    cacheSource(cacheFolder),
    pathSource(options.programFolders ?? programFolders()),
    releaseSource(cacheFolder, options.releaseSites ?? OFFICIAL_SITES),
    modulesSource(cacheFolder),
  ]
}
