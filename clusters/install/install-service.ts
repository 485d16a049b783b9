import { readPortableSources } from '../../artifacts/sources/portable-sources.ts'
import { podUser } from '../../plugin/install/access.ts'
import { INSTALL_NAME } from '../../plugin/install/head.ts'
import { serviceInstall } from '../../plugin/install/service-install.ts'
import type { StandInOptions } from '../../plugin/install/stand-in.ts'
import { isAtLeast } from '../../plugin/kubernetes-version.ts'
import type { Registration } from '../../plugin/registration-mode.ts'
import {
  type CombinedOptions,
  type WebhookConfigurations,
  webhookConfigurations,
} from '../../plugin/webhook-configurations.ts'
import { parseWebhookHost } from '../../plugin/webhook-host.ts'
import { toYaml } from '../../plugin/yaml.ts'
import { pullModules } from '../../shim/modules/pull-modules.ts'
import type { ModuleAccess } from '../../shim/modules/read-pulled-module.ts'
import { readCompleteSources } from '../../shim/policies/complete-sources.ts'
import { type PolicySources, readPolicySources } from '../../shim/policies/policies-snapshot.ts'
import { readPolicyFiles } from '../../shim/policies/policy-files.ts'
import { describeSources } from '../../shim/registration/set-digest.ts'
import { toWebhookPolicies } from '../../shim/registration/webhook-policies.ts'
import { GatehouseError, messageOf } from '../../util/errors.ts'
import type { Problem } from '../../util/problems.ts'
import { throwProblems } from '../../util/problems.ts'
import { toPodPolicies } from './policies-for-pods.ts'
import { registryUsersFor } from './registry-users.ts'
import { type CertificateChoice, type RotationPhase, serviceCertificate } from './service-certificate.ts'

export interface InstallServiceOptions {
  /** policies.yml, or a file or folder of ClusterAdmissionPolicy YAML. */
  readonly policies: string
  readonly image: string
  readonly namespace: string
  readonly replicas: number
  readonly events: boolean
  /** Whether the API servers are told to ask; otherwise they ask a shim on their socket, whose fallback this is. */
  readonly webhooks: boolean
  /** Given where shims register the policies: the pods do it together with them, and nothing is printed of what API servers are told. */
  readonly standIn?: StandInOptions
  readonly registration: Registration
  readonly certificate: CertificateChoice
  /** How modules are got that are not files. What is named of it goes to the pods as well, but for the store. */
  readonly modules?: ModuleAccess
}

/** What to apply, and what the operator has to know. */
export interface ServiceManifest {
  readonly yaml: string
  /** Served, but without rules: no API server will ask for them. */
  readonly unregistered: readonly string[]
  /** Where the authority that signs is being replaced by another one, what comes next. */
  readonly rotation?: RotationPhase
}

/** The policy server in a cluster, as one YAML file. @throws ERR_OPTIONS_INVALID, ERR_POLICIES_INVALID, ERR_TLS_FILES */
export async function installService(options: InstallServiceOptions): Promise<ServiceManifest> {
  checkOptions(options)
  const { namespace, webhooks, standIn, modules = {} } = options
  const files = await readPolicyFiles(options.policies)
  const sources = await readSources(options)
  const { rotation, ...certificate } = await serviceCertificate(namespace, options.certificate)
  const configurations = webhooks ? configure(options, sources, certificate.caBundle) : {}
  const objects = serviceInstall({
    ...options,
    ...(await toPodPolicies(files, sources)),
    ...(modules.sources !== undefined && { sources: await readPortableSources(modules.sources) }),
    ...(modules.dockerConfig !== undefined && {
      registryUsers: await registryUsersFor(sources.specs, modules.dockerConfig),
    }),
    certificate,
    webhooks: standIn === undefined ? configurations : {},
  })
  const unregistered = sources.specs.filter(({ registration }) => registration === undefined).map(({ id }) => id)
  return {
    yaml: toYaml(objects),
    unregistered: webhooks ? unregistered : [],
    ...(rotation !== undefined && { rotation }),
  }
}

/** What API servers are told, or would be by pods that stand in: what cannot be registered is refused before it has to be. */
function configure(
  { policies, namespace, registration, standIn }: InstallServiceOptions,
  sources: PolicySources,
  caBundle: string,
): WebhookConfigurations {
  const registered = toWebhookPolicies(sources.specs)
  if (registered.length === 0) throw refuseNothing(policies)
  const combine = (): CombinedOptions =>
    standIn === undefined
      ? { digest: describeSources(sources, 'api-server').digest }
      : { digest: 'named-by-the-pods', selectors: standIn.selectors }
  return webhookConfigurations({
    policies: registered,
    ...(registration === 'combined' && { combined: combine() }),
    client: { service: { namespace, name: INSTALL_NAME } },
    caBundle,
    ownNamespace: namespace,
    shimUser: podUser(namespace),
  })
}

/** @throws ERR_MODULE_SOURCE where entries that policies share need a module that cannot be had */
async function readSources({
  policies,
  webhooks,
  registration,
  standIn,
  modules,
}: InstallServiceOptions): Promise<PolicySources> {
  const pull = pullModules(modules)
  // the name of a set counts the bytes of its modules; otherwise modules in registries are the pods' to pull
  if (!webhooks || standIn !== undefined || registration === 'per-policy')
    return readPolicySources(policies, (urls) => pull(urls.filter((url) => url.startsWith('file:'))))
  return readCompleteSources(policies, pull)
}

function checkOptions({ namespace, image, replicas, standIn }: InstallServiceOptions): void {
  const problems: Problem[] = []
  const refuse = (field: string, message: string) => problems.push({ field, message })
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
    refuse('--namespace', `'${namespace}' is no name of a namespace: lower-case letters, digits and "-"`)
  if (/^(default|kube-.*)$/.test(namespace))
    refuse('--namespace', `'${namespace}' has other uses; what the policy server's own namespace holds is not policed`)
  if (!/^[^\s@]+(@sha256:[0-9a-f]{64})?$/.test(image)) refuse('--image', `'${image}' is no name of an image`)
  if (!Number.isInteger(replicas) || replicas < 1) refuse('--replicas', 'must be a whole number from 1')
  const { shimHost, kubernetesVersion } = standIn ?? {}
  const shimHostProblem = shimHost === undefined ? undefined : problemOf(() => parseWebhookHost(shimHost))
  if (shimHostProblem !== undefined) refuse('--shim-host', shimHostProblem)
  const versionProblem = kubernetesVersion === undefined ? undefined : problemOf(() => isAtLeast(kubernetesVersion, 0))
  if (versionProblem !== undefined) refuse('--kubernetes-version', versionProblem)
  throwProblems('ERR_OPTIONS_INVALID', problems)
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function refuseNothing(policies: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', `${policies}: no policy has rules, so there is nothing to register`, {
    hint: 'Give each policy `rules` as in a webhook configuration, or point at ClusterAdmissionPolicy YAML.',
  })
}
