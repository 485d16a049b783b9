import type { KubernetesObject } from '@kubernetes/client-node'
import type { WebhookConfigurations } from '../webhook-configurations.ts'
import { accessObjects } from './access.ts'
import { type ModuleFile, moduleConfigMaps, type PolicyText, policiesConfigMap } from './config-maps.ts'
import { type DeploymentOptions, deployment } from './deployment.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { head } from './head.ts'
import { registryUsersSecret } from './registry-users.ts'
import { certificateSecret, type ServingCertificate } from './secret.ts'
import { service } from './service.ts'
import { sourcesSecret } from './sources.ts'

/** What the policy server in a cluster is made of. */
export interface ServiceInstallOptions extends Omit<DeploymentOptions, 'moduleNames' | 'configuration'> {
  /** The files of policies, whose modules lie in the pods or in registries. */
  readonly policies: readonly PolicyText[]
  /** Modules that are brought along. */
  readonly modules: readonly ModuleFile[]
  readonly certificate: ServingCertificate
  /** What the API servers ask; empty where they ask a shim on their socket, and where shims write it. */
  readonly webhooks: WebhookConfigurations
}

/** The objects in the order in which they are to be applied: who asks comes last. */
export function serviceInstall(options: ServiceInstallOptions): KubernetesObject[] {
  const { namespace, policies, modules, certificate, webhooks, sources, registryUsers } = options
  const { validating, mutating } = webhooks
  const moduleNames = modules.map(({ name }) => name)
  const config = policiesConfigMap(namespace, policies)
  return [
    head('v1', 'Namespace', { name: namespace }, { 'pod-security.kubernetes.io/enforce': 'restricted' }),
    ...accessObjects(namespace, options),
    certificateSecret(namespace, certificate),
    ...sourcesSecret(namespace, sources),
    ...registryUsersSecret(namespace, registryUsers),
    config,
    ...moduleConfigMaps(namespace, modules),
    service(namespace),
    deployment({
      ...options,
      moduleNames,
      configuration: JSON.stringify([config, moduleNames, ...(sources === undefined ? [] : [sources])]),
    }),
    ...disruptionBudget(namespace, options.replicas),
    ...[validating, mutating].filter((object) => object !== undefined),
  ]
}
