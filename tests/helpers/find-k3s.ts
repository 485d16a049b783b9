import { NODE_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { chooseK3sImage, ensureK3sImage } from '../../clusters/k3s/k3s-image.ts'
import type { ContainerEngine } from '../../containers/engine.ts'
import type { ProvidedEngine } from '../../containers/provide-engine.ts'
import { messageOf } from '../../util/errors.ts'
import { SILENT_STEPS } from '../../util/steps.ts'
import { ensureStandIn, STAND_IN_VERSION } from './k3s-stand-in.ts'

/** Something to start as k3s, or why there is nothing. */
export interface K3sPlace {
  readonly title: string
  /** To be named; k3s's own need not be. */
  readonly nodeImage?: string
  readonly kubernetesVersion: string
  readonly skip: string | false
}

/** k3s itself, where its image can be had, and in any case what stands in for it. */
export async function findK3s(provided: ProvidedEngine): Promise<readonly K3sPlace[]> {
  const { image, kubernetesVersion } = chooseK3sImage(NODE_KUBERNETES_VERSION)
  const own = { title: `k3s (${image})`, kubernetesVersion }
  const standIn = { title: 'a stand-in for k3s', kubernetesVersion: STAND_IN_VERSION }
  if ('missing' in provided) return [own, standIn].map((place) => ({ ...place, skip: provided.missing }))
  const { engine } = provided
  return [
    { ...own, skip: await whyNot(engine, image) },
    { ...standIn, nodeImage: await ensureStandIn(engine), skip: false },
  ]
}

async function whyNot(engine: ContainerEngine, image: string): Promise<string | false> {
  return ensureK3sImage(engine, image, { steps: SILENT_STEPS }).then(() => false, messageOf)
}
