import { resolvePrograms } from '../../clusters/binaries/resolve.ts'
import { NODE_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { ensureNodeImage } from '../../clusters/kind/node-image/ensure-node-image.ts'
import { provideContainerEngine } from '../../containers/provide-engine.ts'
import type { Steps } from '../../util/steps.ts'

/**
 * What tests with containers need, so that getting it is a step of its own: an engine, kind, and an image of its nodes, built
 * also where one could be pulled. Where there is no engine, those tests say so themselves.
 */
export async function prepareContainers(steps: Steps): Promise<void> {
  const provided = await provideContainerEngine(steps)
  if ('missing' in provided) return steps.note(`${provided.missing}. ${provided.hint}`)
  await resolvePrograms(['kind', 'kubectl'], { kubernetesVersion: NODE_KUBERNETES_VERSION, steps })
  await ensureNodeImage(NODE_KUBERNETES_VERSION, steps, { isOwn: true })
}
