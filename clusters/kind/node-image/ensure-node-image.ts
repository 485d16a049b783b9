import { join } from 'node:path'
import type { ContainerEngine } from '../../../containers/engine.ts'
import { ensureContainerEngine } from '../../../containers/ensure-engine.ts'
import { cacheFolder } from '../../../util/config.ts'
import { GatehouseError } from '../../../util/errors.ts'
import { withFileLock } from '../../../util/file-lock.ts'
import type { Steps } from '../../../util/steps.ts'
import { architectureOf } from '../../binaries/binary.ts'
import {
  KUBERNETES_PATCHES,
  type KubernetesVersion,
  NODE_KUBERNETES_VERSION,
  parseKubernetesVersion,
} from '../../binaries/versions.ts'
import { buildNodeImage } from './build-node-image.ts'
import { KINDEST_NODES, pullImage } from './kindest.ts'
import { nodeImageName, REPOSITORY } from './recipe.ts'

export interface NodeImageOptions {
  /** `--node-image`: taken as it is, and pulled if the engine has not got it. */
  readonly image?: string
  /** Builds even where an image is at hand, from the newest Debian packages. */
  readonly isForced?: boolean
  /** Builds where kind's own image could be pulled. */
  readonly isOwn?: boolean
}

const LOCK_MS = 60 * 60_000

/**
 * The image that kind's nodes are made of, ready in the container engine: the one that was named, else the one that was built
 * earlier, else kind's own from its registry, else one that is built here. @throws ERR_NODE_IMAGE
 */
export async function ensureNodeImage(
  kubernetesVersion: string,
  steps: Steps,
  options: NodeImageOptions = {},
): Promise<string> {
  const engine = await ensureContainerEngine(steps)
  if (options.image !== undefined) return ensureNamed(engine, options.image, steps)
  const version = parseKubernetesVersion(kubernetesVersion)
  const name = await nodeImageName(version.patch, architectureOf())
  if (!options.isForced && (await hasImage(engine, name))) return name
  if (!options.isForced && !options.isOwn) {
    const pulled = await pullKindest(engine, version, steps)
    if (pulled !== undefined) return pulled
  }
  return build({ engine, version, name, steps, isForced: options.isForced ?? false })
}

/** Whether the image is one that we have built, which brings its own network. */
export function isOwnNodeImage(image: string): boolean {
  return image.startsWith(`${REPOSITORY}:`)
}

async function ensureNamed(engine: ContainerEngine, image: string, steps: Steps): Promise<string> {
  if (await hasImage(engine, image)) return image
  const { missing } = await steps.run(`Pulling ${image}`, () => pullImage(engine, image))
  if (missing === undefined) return image
  throw new GatehouseError('ERR_NODE_IMAGE', `--node-image ${image} is not here and cannot be pulled: ${missing}`, {
    hint: 'Leave --node-image out: an image is then pulled or built as the machine allows.',
  })
}

async function pullKindest(
  engine: ContainerEngine,
  { minor, isExact }: KubernetesVersion,
  steps: Steps,
): Promise<string | undefined> {
  const image = KINDEST_NODES[minor]
  // its patch is another one than those that are built
  if (image === undefined || isExact) return undefined
  if (await hasImage(engine, image)) return image
  const { missing } = await steps.run(`Pulling ${image}`, () => pullImage(engine, image))
  if (missing === undefined) return image
  steps.note(`kind's own node image cannot be had (${missing}): building one`)
  return undefined
}

interface Build {
  readonly engine: ContainerEngine
  readonly version: KubernetesVersion
  readonly name: string
  readonly steps: Steps
  readonly isForced: boolean
}

// Two clusters that start at once build one image.
async function build({ engine, version, name, steps, isForced }: Build): Promise<string> {
  const buildable = KUBERNETES_PATCHES[NODE_KUBERNETES_VERSION]
  if (version.patch !== buildable) {
    throw new GatehouseError('ERR_NODE_IMAGE', `no node image of Kubernetes ${version.patch} is at hand`, {
      hint: `Name one by --node-image, or take Kubernetes ${buildable}, of which one can be built here.`,
    })
  }
  return withFileLock(join(cacheFolder(), 'node-image', 'build.lock'), { timeoutMs: LOCK_MS }, async () => {
    if (!isForced && (await hasImage(engine, name))) return name
    await buildNodeImage({ name, kubernetesPatch: version.patch, engine, steps, isFresh: isForced })
    return name
  })
}

async function hasImage(engine: ContainerEngine, image: string): Promise<boolean> {
  return engine.succeeds(['image', 'inspect', image])
}
