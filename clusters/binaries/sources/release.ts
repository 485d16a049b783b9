import { join } from 'node:path'
import { execa } from 'execa'
import { GatehouseError, isGatehouseError } from '../../../util/errors.ts'
import type { WantedBinary } from '../binary.ts'
import { cachePath, fillCache } from '../cache.ts'
import { type DownloadTimeouts, downloadFile, downloadText } from '../download.ts'
import { PROGRAMS, type Project } from '../programs.ts'
import { everyFewSeconds } from '../progress.ts'
import type { BinarySource } from '../source.ts'

/** Where the projects publish their releases. */
export type ReleaseSites = Readonly<Record<Project, string>>

export const OFFICIAL_SITES: ReleaseSites = {
  kubernetes: 'https://dl.k8s.io',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
  coredns: 'https://github.com/coredns/coredns/releases/download',
  kind: 'https://github.com/kubernetes-sigs/kind/releases/download',
}

/** One file of a release, and the file with its checksum: a bare one, or a list with file names. */
export interface ReleaseFile {
  readonly url: string
  readonly checksumUrl: string
  /** The program's path in it, if it is a tar archive. */
  readonly member?: string
}

/** https://kubernetes.io/releases/download/ and the release pages of the others on GitHub. */
export function releaseFile({ name, version, architecture }: WantedBinary, sites = OFFICIAL_SITES): ReleaseFile {
  const { project } = PROGRAMS[name]
  const base = `${sites[project]}/${version}`
  switch (project) {
    case 'kubernetes': {
      const url = `${base}/bin/linux/${architecture}/${name}`
      return { url, checksumUrl: `${url}.sha256` }
    }
    case 'etcd': {
      const release = `etcd-${version}-linux-${architecture}`
      return { url: `${base}/${release}.tar.gz`, checksumUrl: `${base}/SHA256SUMS`, member: `${release}/${name}` }
    }
    case 'coredns': {
      const url = `${base}/coredns_${version.slice(1)}_linux_${architecture}.tgz`
      return { url, checksumUrl: `${url}.sha256`, member: name }
    }
    case 'kind': {
      const url = `${base}/kind-linux-${architecture}`
      return { url, checksumUrl: `${url}.sha256sum` }
    }
  }
}

/** The official release, checked against the checksum that is published beside it. */
export function releaseSource(cacheFolder: string, sites: ReleaseSites, timeouts?: DownloadTimeouts): BinarySource {
  return {
    title: 'the official release',
    async find(wanted, detail) {
      const file = releaseFile(wanted, sites)
      const path = cachePath(cacheFolder, wanted)
      try {
        await fillCache(path, detail, (workFolder) => download(file, workFolder, { detail, timeouts }))
        return { path, version: wanted.version }
      } catch (error) {
        // a wrong checksum is no reason to go on quietly: somebody may be in between
        if (isGatehouseError(error, 'ERR_BINARIES_DOWNLOAD')) return { missing: error.message }
        throw error
      }
    },
  }
}

interface DownloadContext {
  readonly detail: (text: string) => void
  readonly timeouts: DownloadTimeouts | undefined
}

async function download(file: ReleaseFile, workFolder: string, { detail, timeouts }: DownloadContext): Promise<string> {
  const expected = parseChecksum(await downloadText(file.checksumUrl, timeouts), file)
  const report = everyFewSeconds(detail)
  const downloaded = join(workFolder, 'download')
  const onBytes = (bytes: number) => report(() => `downloading ${file.url}, ${(bytes / 1e6).toFixed(0)} MB`)
  const actual = await downloadFile(file.url, downloaded, { timeouts, onBytes })
  if (actual !== expected) {
    throw new GatehouseError('ERR_BINARIES_CHECKSUM', `${file.url} has SHA-256 ${actual}, published is ${expected}`, {
      hint: 'Find out what stands between this machine and the release; or pass binaries you trust by --assets.',
    })
  }
  if (file.member === undefined) return downloaded
  await execa('tar', ['-xzf', downloaded, '-C', workFolder, file.member])
  return join(workFolder, file.member)
}

// A portal that asks for a login answers 200 with a page of its own: that is a failed download, not a wrong checksum.
function parseChecksum(text: string, { url, checksumUrl }: ReleaseFile): string {
  const fileName = url.slice(url.lastIndexOf('/') + 1)
  for (const line of text.split('\n')) {
    const [checksum = '', name = fileName] = line.trim().split(/\s+\*?/)
    if (/^[0-9a-f]{64}$/.test(checksum) && name === fileName) return checksum
  }
  throw new GatehouseError('ERR_BINARIES_DOWNLOAD', `${checksumUrl}: holds no SHA-256 checksum of ${fileName}`)
}
