import type { Steps } from '../../util/steps.ts'
import { resolvePrograms } from '../binaries/resolve.ts'

/** The program kind: in the cache, in PATH, downloaded, or built from its Go module. */
export async function findKind(kubernetesVersion: string, steps: Steps): Promise<string> {
  return (await resolvePrograms(['kind'], { kubernetesVersion, steps })).kind.path
}
