import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { makeFolder } from '../util/make-folder.ts'
import { type ImageFile, layerBytes } from './layer.ts'
import { TAR_END, tarHeader, tarPadding } from './tar.ts'

/** What an image holds and how it starts. */
export interface DockerArchive {
  /** Where the archive goes. */
  readonly file: string
  /** `registry.k8s.io/pause:3.10`: the name that it gets when it is loaded. */
  readonly tag: string
  readonly files: readonly ImageFile[]
  readonly entrypoint?: readonly string[]
  /** `65532:65532`; root unless given. */
  readonly user?: string
  readonly env?: Readonly<Record<string, string>>
  readonly architecture?: 'amd64' | 'arm64'
  readonly workingFolder?: string
  readonly labels?: Readonly<Record<string, string>>
  /** Docker and containerd read both. */
  readonly isCompressed?: boolean
}

export interface WrittenArchive {
  readonly file: string
  readonly tag: string
  /** `sha256:…` of the image's configuration, which is what engines call its id. */
  readonly id: string
  readonly bytes: number
}

const EPOCH = '1970-01-01T00:00:00Z'
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Writes an image of one layer as `docker save` would, without an engine. Equal contents give equal bytes: no times, no
 * owners, files in the order of their paths. https://github.com/moby/docker-image-spec
 */
export async function writeDockerArchive(archive: DockerArchive): Promise<WrittenArchive> {
  await makeFolder(dirname(archive.file))
  const draft = `${archive.file}.${randomUUID()}`
  const layer = `${draft}.layer`
  try {
    const diffId = await writeLayer(layer, archive)
    const config = Buffer.from(JSON.stringify(imageConfig(archive, diffId)))
    const id = sha256(config)
    const names = { config: `${id}.json`, layer: `${diffId}/layer.tar` }
    const manifest = [{ Config: names.config, RepoTags: [archive.tag], Layers: [names.layer] }]
    const parts = [
      { path: names.config, content: config },
      { path: names.layer, content: layer },
      { path: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)) },
    ]
    await pipeline(tarOf(parts), createWriteStream(draft))
    await rename(draft, archive.file)
    return { file: archive.file, tag: archive.tag, id: `sha256:${id}`, bytes: (await stat(archive.file)).size }
  } finally {
    await rm(layer, { force: true })
    await rm(draft, { force: true })
  }
}

// The digest is that of the layer as it is before compression.
async function writeLayer(path: string, { files, isCompressed = false }: DockerArchive): Promise<string> {
  const hash = createHash('sha256')
  const hashed = async function* () {
    for await (const bytes of layerBytes(files)) {
      hash.update(bytes)
      yield bytes
    }
  }
  const file = createWriteStream(path)
  if (isCompressed) await pipeline(hashed, createGzip({ level: 1 }), file)
  else await pipeline(hashed, file)
  return hash.digest('hex')
}

function imageConfig(archive: DockerArchive, diffId: string): object {
  const env = Object.entries({ PATH: DEFAULT_PATH, ...archive.env }).map(([name, value]) => `${name}=${value}`)
  return {
    architecture: archive.architecture ?? (process.arch === 'arm64' ? 'arm64' : 'amd64'),
    os: 'linux',
    created: EPOCH,
    config: {
      Env: env,
      WorkingDir: archive.workingFolder ?? '/',
      ...(archive.entrypoint && { Entrypoint: archive.entrypoint }),
      ...(archive.user !== undefined && { User: archive.user }),
      ...(archive.labels && { Labels: archive.labels }),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created: EPOCH, created_by: 'gatehouse' }],
  }
}

interface Part {
  readonly path: string
  /** Bytes, or the file that holds them. */
  readonly content: Uint8Array | string
}

async function* tarOf(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { path, content } of parts) {
    const size = typeof content === 'string' ? (await stat(content)).size : content.length
    yield tarHeader({ path, kind: 'file', mode: 0o644, size })
    if (typeof content === 'string') yield* createReadStream(content, { highWaterMark: 1 << 20 })
    else yield content
    yield tarPadding(size)
  }
  yield TAR_END
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
