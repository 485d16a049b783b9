import { ensureContainerEngine } from '../../../containers/ensure-engine.ts'
import { GatehouseError } from '../../../util/errors.ts'
import type { Steps } from '../../../util/steps.ts'

/** The image that kind's nodes are made of, ready in the container engine. */
export async function ensureNodeImage(kubernetesVersion: string, steps: Steps): Promise<string> {
  await ensureContainerEngine(steps)
  throw new GatehouseError('ERR_NODE_IMAGE', `no node image of Kubernetes ${kubernetesVersion} is built yet`)
}
