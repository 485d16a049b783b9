import { GatehouseError } from '../util/errors.ts'
import { isAtLeast } from './kubernetes-version.ts'

/** Where the API server finds the webhook configurations: in static manifests on its own disk, or in API objects. */
export type WebhookSource = 'static' | 'api'

export const WEBHOOK_SOURCES: readonly WebhookSource[] = ['static', 'api']

/** From here on static manifests need no gate. */
const STATIC_BY_DEFAULT = 37
/** From here on the field `staticManifestsDir` exists; an older API server refuses to start when it reads it. */
const STATIC_AT_ALL = 36

/** The source that was asked for, if that version has it; else the best that the version has by itself. */
export function chooseWebhookSource(kubernetesVersion: string, asked?: WebhookSource): WebhookSource {
  if (asked === 'static' && !isAtLeast(kubernetesVersion, STATIC_AT_ALL)) {
    throw new GatehouseError('ERR_PLUGIN_OPTIONS', `Kubernetes ${kubernetesVersion} has no static webhook manifests`, {
      hint: `They exist since 1.${STATIC_AT_ALL}. Use the source 'api': policies are API objects then.`,
    })
  }
  return asked ?? (isAtLeast(kubernetesVersion, STATIC_BY_DEFAULT) ? 'static' : 'api')
}

/** The API server's own gates that static manifests need; https://kep.k8s.io/5793 */
export function staticManifestsGates(kubernetesVersion: string): string[] {
  return isAtLeast(kubernetesVersion, STATIC_BY_DEFAULT) ? [] : ['ManifestBasedAdmissionControlConfig=true']
}
