import type { ContainerEngine } from '../../../containers/engine.ts'
import { isGatehouseError } from '../../../util/errors.ts'
import type { KubernetesMinor } from '../../binaries/versions.ts'

/**
 * kind's own node images, by digest: what the release of kind says that we use.
 * https://github.com/kubernetes-sigs/kind/releases
 */
export const KINDEST_NODES: Readonly<Partial<Record<KubernetesMinor, string>>> = {
  '1.37': 'kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5',
}

/** A machine without a way out may answer nothing at all. */
const PULL_MS = 10 * 60_000

/** Pulls an image, or says why it cannot be had. */
export async function pullImage(engine: ContainerEngine, image: string): Promise<{ readonly missing?: string }> {
  try {
    await engine.run(['pull', '--quiet', image], { timeoutMs: PULL_MS })
    return {}
  } catch (error) {
    if (isGatehouseError(error, 'ERR_CONTAINER_COMMAND'))
      return { missing: error.message.split('\n').at(-1)?.trim() ?? '' }
    throw error
  }
}
