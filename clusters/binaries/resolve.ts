import { cacheFolder as defaultCacheFolder, programFolders } from '../../util/config.ts'
import { GatehouseError } from '../../util/errors.ts'
import { SILENT_STEPS, type Steps } from '../../util/steps.ts'
import { architectureOf, type ResolvedBinary, type WantedBinary } from './binary.ts'
import { cacheSource } from './cache.ts'
import { kubebuilderAssets } from './config.ts'
import { buildInProcessApiServer } from './in-process.ts'
import { PROGRAMS, type ProgramName, versionOf } from './programs.ts'
import type { BinarySource } from './source.ts'
import { assetsSource } from './sources/assets.ts'
import { modulesSource } from './sources/modules.ts'
import { pathSource } from './sources/path.ts'
import { OFFICIAL_SITES, type ReleaseSites, releaseSource } from './sources/release.ts'
import { parseKubernetesVersion } from './versions.ts'

export interface ResolveOptions {
  /** `1.37` or `1.37.2`. */
  readonly kubernetesVersion: string
  /** A folder that holds etcd and kube-apiserver. */
  readonly assets?: string
  readonly steps?: Steps
  /** The kube-apiserver with plugin/in-process, which is always built here. */
  readonly inProcess?: boolean
  /** The following are taken from the environment and from the projects' sites unless given. */
  readonly kubebuilderAssets?: string | undefined
  readonly cacheFolder?: string
  readonly programFolders?: readonly string[]
  readonly releaseSites?: ReleaseSites
}

export interface ResolvedBinaries {
  readonly etcd: ResolvedBinary
  readonly kubeApiServer: ResolvedBinary
}

/** Finds, downloads or builds the control plane's programs. */
export async function resolveBinaries(options: ResolveOptions): Promise<ResolvedBinaries> {
  if (options.inProcess === true) {
    const { patch } = parseKubernetesVersion(options.kubernetesVersion)
    const { cacheFolder = defaultCacheFolder(), steps = SILENT_STEPS } = options
    const kubeApiServer = await buildInProcessApiServer(patch, { cacheFolder, steps })
    return { etcd: (await resolvePrograms(['etcd'], options)).etcd, kubeApiServer }
  }
  const programs = await resolvePrograms(['etcd', 'kube-apiserver'], options)
  return { etcd: programs.etcd, kubeApiServer: programs['kube-apiserver'] }
}

/** Finds, downloads or builds programs, one after the other. */
export async function resolvePrograms<Name extends ProgramName>(
  names: readonly Name[],
  options: ResolveOptions,
): Promise<Readonly<Record<Name, ResolvedBinary>>> {
  const kubernetes = parseKubernetesVersion(options.kubernetesVersion)
  const architecture = architectureOf()
  const sources = sourcesInOrder(options)
  const steps = options.steps ?? SILENT_STEPS
  const found: [Name, ResolvedBinary][] = []
  for (const name of names) {
    const version = versionOf(name, kubernetes.patch)
    const isOfKubernetes = PROGRAMS[name].project === 'kubernetes'
    const wanted = { name, version, architecture, ...(isOfKubernetes && { kubernetes }) }
    const binary = await steps.run(`Finding ${name} ${version}`, async (detail) => {
      const resolved = await resolveBinary(wanted, sources, detail)
      detail(`${resolved.version} from ${resolved.source}`)
      return resolved
    })
    found.push([name, binary])
  }
  return Object.fromEntries(found) as Record<Name, ResolvedBinary>
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
    hint: hintFor(wanted),
  })
}

function hintFor({ name }: WantedBinary): string {
  const isOfControlPlane = name === 'etcd' || name === 'kube-apiserver'
  const assets = isOfControlPlane ? 'Pass --assets FOLDER with etcd and kube-apiserver, or install' : 'Install'
  return `${assets} Go 1.26 or newer and try again.`
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
