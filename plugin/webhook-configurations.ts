import type {
  AdmissionregistrationV1WebhookClientConfig,
  V1MatchCondition,
  V1MutatingWebhook,
  V1MutatingWebhookConfiguration,
  V1ValidatingWebhook,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node'
import { GatehouseError } from '../util/errors.ts'
import type { WebhookFields } from '../util/webhook-fields.ts'
import { groupsToLeaveOut } from './aggregated-groups.ts'
import { aggregatedGroupsCondition, EXCLUSION_PREFIX, type Exclusions, entryExclusions } from './exclusions.ts'
import { planRegistration } from './registration/plan.ts'
import type { Phase, SelectorsBy } from './registration/registration-plan.ts'
import { combinedClientConfig, type WebhookClient, webhookClientConfig } from './webhook-client.ts'
import { sharedWebhookName, webhookName } from './webhook-name.ts'
import { sortById, type WebhookPolicy } from './webhook-policy.ts'

export interface WebhookConfigurationsOptions {
  readonly policies: readonly WebhookPolicy[]
  /** Given when policies share entries; otherwise each has its own. */
  readonly combined?: CombinedOptions
  readonly client: WebhookClient
  /** PEM of the authority that signed the shim's certificate. */
  readonly caBundle: string
  /** `default` unless given. */
  readonly exclusions?: Exclusions
  readonly shimUser?: string
  /** Left out with the system's namespaces: where a policy server runs that is reached by a Service. */
  readonly ownNamespace?: string
  /** Of the API server, if known: newer ones exclude by themselves what older ones have to be told. */
  readonly kubernetesVersion?: string
  /** Groups that other servers answer for: what meets them by a wildcard leaves them out, unless it comes by a Service. */
  readonly aggregatedGroups?: readonly string[]
  /** Name of both objects. */
  readonly name?: string
}

/** How policies share entries. */
export interface CombinedOptions {
  /** Of the policy set, so that only a shim that has it answers. */
  readonly digest: string
  readonly selectors?: SelectorsBy
}

/** At most one object of each kind; a kind without policies has none. */
export interface WebhookConfigurations {
  readonly validating?: V1ValidatingWebhookConfiguration
  readonly mutating?: V1MutatingWebhookConfiguration
}

export type WebhookConfiguration = V1ValidatingWebhookConfiguration | V1MutatingWebhookConfiguration

/** The name of both webhook configurations. */
export const WEBHOOK_CONFIGURATION_NAME = 'gatehouse'

/** The API server's own limit, for a webhook entry's conditions with ours. */
const MAX_MATCH_CONDITIONS = 64

/**
 * The webhook entries, all in one object of each kind. The API server calls mutating webhooks by configuration
 * name, then by index: within one object the order is the array's, which is the order of policy ids, and
 * one write replaces the whole set. An object of 1.5 MiB, etcd's limit, holds some 400 entries.
 */
export function webhookConfigurations(options: WebhookConfigurationsOptions): WebhookConfigurations {
  const entries = options.combined === undefined ? listPolicies(options) : listPlanned(options, options.combined)
  const validating = entries.filter(({ phase }) => phase === 'validating')
  const mutating = entries.filter(({ phase }) => phase === 'mutating')
  return {
    ...(validating.length > 0 && {
      validating: {
        ...head('ValidatingWebhookConfiguration', options),
        webhooks: validating.map((entry) => webhook(entry, options)),
      },
    }),
    ...(mutating.length > 0 && {
      mutating: {
        ...head('MutatingWebhookConfiguration', options),
        webhooks: mutating.map((entry) => mutatingWebhook(entry, options)),
      },
    }),
  }
}

/** One entry as it will stand in its configuration, whoever answers for it. */
interface Entry extends WebhookFields {
  readonly phase: Phase
  readonly name: string
  readonly clientConfig: AdmissionregistrationV1WebhookClientConfig
  /** Whom to name when something is wrong with it. */
  readonly owner: string
}

function listPolicies({ policies, client, caBundle }: WebhookConfigurationsOptions): Entry[] {
  return sortById(policies).map((policy) => ({
    ...policy,
    phase: policy.mutating ? 'mutating' : 'validating',
    name: webhookName(policy.id),
    clientConfig: webhookClientConfig(policy.id, client, caBundle),
    owner: `policy ${policy.id}`,
  }))
}

function listPlanned({ policies, client, caBundle }: WebhookConfigurationsOptions, combined: CombinedOptions): Entry[] {
  return planRegistration(policies, combined).entries.map((entry) => {
    const { name, members } = entry
    const [first = name] = members
    return {
      ...entry,
      name: members.length === 1 ? webhookName(first) : sharedWebhookName(name),
      clientConfig: combinedClientConfig({ digest: combined.digest, entry: name }, client, caBundle),
      owner: members.length === 1 ? `policy ${first}` : `policies ${members.join(', ')}`,
    }
  })
}

function head(kind: string, { name = WEBHOOK_CONFIGURATION_NAME }: WebhookConfigurationsOptions) {
  const labels = { 'app.kubernetes.io/name': 'gatehouse', 'app.kubernetes.io/managed-by': 'gatehouse' }
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name, labels } }
}

function mutatingWebhook(entry: Entry, options: WebhookConfigurationsOptions): V1MutatingWebhook {
  const { reinvocationPolicy } = entry
  return { ...webhook(entry, options), ...(reinvocationPolicy !== undefined && { reinvocationPolicy }) }
}

// Defaults that decide about safety are written out; the others are left to the API server.
function webhook(entry: Entry, options: WebhookConfigurationsOptions): V1ValidatingWebhook {
  const { name, clientConfig, matchPolicy, objectSelector } = entry
  const { exclusions = 'default' } = options
  const left = entryExclusions(entry, { ...options, exclusions })
  const matchConditions = entryMatchConditions(entry, left.matchConditions, options)
  return {
    name,
    clientConfig,
    rules: structuredClone([...entry.rules]),
    ...(matchConditions.length > 0 && { matchConditions }),
    ...(matchPolicy !== undefined && { matchPolicy }),
    ...(left.namespaceSelector !== undefined && { namespaceSelector: left.namespaceSelector }),
    ...(objectSelector !== undefined && { objectSelector: structuredClone(objectSelector) }),
    failurePolicy: entry.failurePolicy ?? 'Fail',
    sideEffects: entry.sideEffects ?? 'None',
    timeoutSeconds: entry.timeoutSeconds ?? 10,
    admissionReviewVersions: ['v1'],
  }
}

function entryMatchConditions(
  { owner, rules, matchConditions = [] }: Entry,
  exclusions: readonly V1MatchCondition[],
  { client, aggregatedGroups = [] }: WebhookConfigurationsOptions,
): V1MatchCondition[] {
  // a Service is reached over the network, by every server
  const leftOut = 'host' in client ? groupsToLeaveOut(rules, aggregatedGroups) : []
  const own = [...exclusions, ...aggregatedGroupsCondition(leftOut)]
  const taken = matchConditions.find(({ name }) => name.startsWith(EXCLUSION_PREFIX))
  if (taken !== undefined) {
    throw refuse(
      `${owner}: matchConditions: the name '${taken.name}' is reserved`,
      `Use another prefix than ${EXCLUSION_PREFIX}`,
    )
  }
  if (own.length + matchConditions.length > MAX_MATCH_CONDITIONS) {
    const counted = `${matchConditions.length}, and ${own.length} for the default exclusions`
    throw refuse(`${owner}: matchConditions: ${counted}, are more than ${MAX_MATCH_CONDITIONS}`, 'Join some with &&.')
  }
  return [...own, ...matchConditions.map(({ name, expression }) => ({ name, expression }))]
}

function refuse(message: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', message, { hint })
}
