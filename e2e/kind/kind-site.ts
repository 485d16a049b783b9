import { readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Steps } from '../../util/steps.ts'
import type { Lacks } from '../capability.ts'
import { ClusterSite, type ClusterSiteParts } from '../cluster-site.ts'
import type { StageOptions } from '../local/local-stage.ts'
import { readTree } from '../read-tree.ts'
import type { Mode } from '../site.ts'
import { SocketWay } from '../socket-way.ts'
import { NO_FALLBACK } from '../webhook-way.ts'
import { DeploymentWay } from './deployment-way.ts'
import { KindStage } from './kind-stage.ts'
import { PodsStandIn } from './pods-stand-in.ts'

/** Digests without the node's address, its first argument, which may be another one after a reboot. */
const DIGEST_FILES = `for file; do
  digest=$(sed "s/\\b\${0//./\\\\.}\\b/ADDRESS/g" "$file" | sha256sum)
  echo "\${digest%% *} $file"
done`

/** A kind cluster of one node: workloads run, and the node can be restarted. */
export class KindSite extends ClusterSite<KindStage> {
  readonly lacks: Lacks = this.mode === 'webhook' ? { 'falls-back': NO_FALLBACK } : {}
  readonly workloadImage: string
  /** Digests of files that the node made anew while it started, as it does certificates for another address, and those of before. */
  readonly #rewritten = new Map<string, string>()

  private constructor(parts: ClusterSiteParts<KindStage>, workloadImage: string) {
    super(parts)
    this.workloadImage = workloadImage
  }

  static async start(mode: Mode, policies: string, options: StageOptions, steps: Steps): Promise<KindSite> {
    const stage = await KindStage.start(options, steps)
    const way =
      mode === 'socket'
        ? new SocketWay(stage, policies, new PodsStandIn(stage, policies))
        : new DeploymentWay(stage, policies)
    return new KindSite({ mode, stage, way, policies }, await findPauseImage(stage))
  }

  get title(): string {
    return `kind, ${this.mode} mode`
  }

  stopApiServer(): Promise<void> {
    return this.stage.node.stopApiServer()
  }

  async startApiServer(): Promise<void> {
    await this.stage.node.startApiServer()
    await this.stage.reconnect()
  }

  async rebootNode(): Promise<void> {
    const before = await this.#readNodeFiles()
    await this.stage.node.reboot()
    await this.stage.reconnect()
    await this.way.untilRestarted?.()
    for (const [path, digest] of Object.entries(await this.#readNodeFiles())) {
      const old = before[path]
      if (old !== undefined && old !== digest) this.#rewritten.set(digest, old)
    }
  }

  async readFiles(): Promise<Readonly<Record<string, string>>> {
    const { folder, sockets, logs } = this.stage.layout
    return { ...(await readTree(folder, [logs])), ...(await readTree(sockets)), ...(await this.#readNodeFiles()) }
  }

  async #readNodeFiles(): Promise<Readonly<Record<string, string>>> {
    const { node } = this.stage
    const print = ['bash', '-c', DIGEST_FILES, await node.readAddress()]
    const onNode = await node.exec('find', '/etc/kubernetes', '-type', 'f', '-exec', ...print, '{}', '+')
    const files = onNode.split('\n').map((line) => {
      const [digest = '', path = ''] = line.split(/ +/)
      return [`node:${path}`, this.#rewritten.get(digest) ?? digest] as const
    })
    return Object.fromEntries(files)
  }

  /** Those of the shims, of the node's container, and of every container on the node. */
  async logs(): Promise<Readonly<Record<string, string>>> {
    const { logs } = this.stage.layout
    await writeFile(join(logs, 'node.log'), await this.stage.node.log())
    await this.stage.cluster.exportLogs(join(logs, 'kind')).catch(() => {})
    const files = await readdir(logs, { recursive: true, withFileTypes: true })
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    return Object.fromEntries(
      paths.map((path) => [
        relative(logs, path)
          .replaceAll('/', '_')
          .replace(/\.log$/, ''),
        path,
      ]),
    )
  }
}

/** The image under every Pod, which waits and does nothing else. */
async function findPauseImage({ node }: KindStage): Promise<string> {
  const images = await node.exec('ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet')
  return images.split('\n').find((image) => image.includes('/pause:')) ?? 'registry.k8s.io/pause:3.10'
}
