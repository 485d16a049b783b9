import { readKubeconfig } from '../../kube/kubeconfig/read-kubeconfig.ts'
import { KubeClient } from '../../kube/requests/kube-client.ts'
import { findWriter } from './find-writer.ts'
import { planFiles } from './plan-files.ts'
import { planLeases } from './plan-leases.ts'
import { planObjects } from './plan-objects.ts'
import type { Step } from './step.ts'

export interface UninstallOptions {
  readonly kubeconfig?: string
  /** The folder that `gatehouse manifests` wrote. */
  readonly manifests?: string
  /** Of a shim that may still run. */
  readonly adminSocket: string
  /** Only look. */
  readonly dryRun: boolean
}

/**
 * Takes the registration away: files first, since a policy in them may be about the objects. Everything is looked at
 * before anything is changed. Done twice, the second time finds nothing to do.
 */
export async function runUninstall(options: UninstallOptions): Promise<Step[]> {
  const { kubeconfig, manifests, adminSocket, dryRun } = options
  using client = kubeconfig === undefined ? undefined : new KubeClient(await readKubeconfig(kubeconfig))
  const steps = [
    ...(manifests === undefined
      ? []
      : [...(await findWriter(adminSocket, manifests)), ...(await planFiles(manifests))]),
    ...(client === undefined ? [] : [...(await planObjects(client)), ...(await planLeases(client))]),
  ]
  if (!dryRun) for (const { perform } of steps) await perform?.()
  return steps
}
