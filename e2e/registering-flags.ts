import type { Registration } from '../plugin/registration-mode.ts'
import type { Stage } from './stage.ts'

/** What all that register the policies together by API objects are given alike, as processes of this machine. */
export function registeringFlags(
  { kubeconfig, kubernetesVersion }: Stage,
  registration: Registration,
  service: string,
): string[] {
  return [
    '--register=api',
    `--kubeconfig=${kubeconfig}`,
    `--kubernetes-version=${kubernetesVersion}`,
    `--registration=${registration}`,
    `--fallback-service=${service}`,
  ]
}
