import type { ContainerEngine } from '../../containers/engine.ts'
import { GatehouseError } from '../../util/errors.ts'
import type { Steps } from '../../util/steps.ts'
import { type KubernetesMinor, parseKubernetesVersion } from '../binaries/versions.ts'

export interface K3sImage {
  readonly image: string
  /** Of Kubernetes, as the image has it. */
  readonly kubernetesVersion: string
}

/** The releases of k3s that are taken unless a patch is named. https://github.com/k3s-io/k3s/releases */
const K3S_RELEASES: Readonly<Record<KubernetesMinor, string>> = {
  '1.37': 'v1.37.1+k3s1',
  '1.36': 'v1.36.2+k3s1',
  '1.35': 'v1.35.5+k3s1',
}

/** The image of that version, or the one that was named, which is believed to be of that version. */
export function chooseK3sImage(kubernetesVersion: string, named?: string): K3sImage {
  const { minor, patch, isExact } = parseKubernetesVersion(kubernetesVersion)
  const release = isExact ? `${patch}+k3s1` : K3S_RELEASES[minor]
  // tags of images may not have a plus
  if (named === undefined) return { image: `rancher/k3s:${release.replace('+', '-')}`, kubernetesVersion: release }
  return { image: named, kubernetesVersion: patch }
}

/** Pulls the image unless it is there. @throws ERR_CLUSTER_K3S, or the signal's reason */
export async function ensureK3sImage(
  engine: ContainerEngine,
  image: string,
  { steps, signal }: { readonly steps: Steps; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  if (await engine.succeeds(['image', 'inspect', image])) return
  try {
    await steps.run(`Pulling ${image}`, () =>
      engine.run(['pull', '--quiet', image], signal === undefined ? {} : { signal }),
    )
  } catch (cause) {
    signal?.throwIfAborted()
    const reason = cause instanceof Error ? cause.message.split('\n').at(-1)?.trim() : String(cause)
    throw new GatehouseError('ERR_CLUSTER_K3S', `the image ${image} is not here and cannot be pulled: ${reason}`, {
      cause,
      hint: 'Name one that is here, or in a registry of yours, by --node-image; --provider local and kind need no image of k3s.',
    })
  }
}
