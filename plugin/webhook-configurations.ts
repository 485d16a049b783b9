import type {
  V1MatchCondition,
  V1MutatingWebhook,
  V1MutatingWebhookConfiguration,
  V1ValidatingWebhook,
  V1ValidatingWebhookConfiguration,
} from '@kubernetes/client-node'
import { GatehouseError } from '../util/errors.ts'
import { EXCLUSION_PREFIX, type Exclusions, exclusionConditions } from './exclusions.ts'
import { type WebhookClient, webhookClientConfig } from './webhook-client.ts'
import { webhookName } from './webhook-name.ts'
import type { WebhookPolicy } from './webhook-policy.ts'

export interface WebhookConfigurationsOptions {
  readonly policies: readonly WebhookPolicy[]
  readonly client: WebhookClient
  /** PEM of the authority that signed the shim's certificate. */
  readonly caBundle: string
  /** `default` unless given. */
  readonly exclusions?: Exclusions
  readonly shimUser?: string
  /** Of the API server, if known: newer ones exclude by themselves what older ones have to be told. */
  readonly kubernetesVersion?: string
  /** Name of both objects. */
  readonly name?: string
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
 * One webhook entry per policy, all in one object of each kind. The API server calls mutating webhooks by configuration
 * name, then by index: within one object the order is the array's, which is the order of policy ids, and
 * one write replaces the whole set. An object of 1.5 MiB, etcd's limit, holds some 400 policies.
 */
export function webhookConfigurations(options: WebhookConfigurationsOptions): WebhookConfigurations {
  const policies = sortById(options.policies)
  const validating = policies.filter((policy) => !policy.mutating)
  const mutating = policies.filter((policy) => policy.mutating)
  return {
    ...(validating.length > 0 && {
      validating: {
        ...head('ValidatingWebhookConfiguration', options),
        webhooks: validating.map((policy) => webhook(policy, options)),
      },
    }),
    ...(mutating.length > 0 && {
      mutating: {
        ...head('MutatingWebhookConfiguration', options),
        webhooks: mutating.map((policy) => mutatingWebhook(policy, options)),
      },
    }),
  }
}

function head(kind: string, { name = WEBHOOK_CONFIGURATION_NAME }: WebhookConfigurationsOptions) {
  const labels = { 'app.kubernetes.io/name': 'gatehouse', 'app.kubernetes.io/managed-by': 'gatehouse' }
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name, labels } }
}

function mutatingWebhook(policy: WebhookPolicy, options: WebhookConfigurationsOptions): V1MutatingWebhook {
  const { reinvocationPolicy } = policy
  return { ...webhook(policy, options), ...(reinvocationPolicy !== undefined && { reinvocationPolicy }) }
}

// Defaults that decide about safety are written out; the others are left to the API server.
function webhook(policy: WebhookPolicy, options: WebhookConfigurationsOptions): V1ValidatingWebhook {
  const { matchPolicy, namespaceSelector, objectSelector } = policy
  const matchConditions = policyMatchConditions(policy, options)
  return {
    name: webhookName(policy.id),
    clientConfig: webhookClientConfig(policy.id, options.client, options.caBundle),
    rules: structuredClone([...policy.rules]),
    ...(matchConditions.length > 0 && { matchConditions }),
    ...(matchPolicy !== undefined && { matchPolicy }),
    ...(namespaceSelector !== undefined && { namespaceSelector: structuredClone(namespaceSelector) }),
    ...(objectSelector !== undefined && { objectSelector: structuredClone(objectSelector) }),
    failurePolicy: policy.failurePolicy ?? 'Fail',
    sideEffects: policy.sideEffects ?? 'None',
    timeoutSeconds: policy.timeoutSeconds ?? 10,
    admissionReviewVersions: ['v1'],
  }
}

function policyMatchConditions(
  { id, matchConditions = [] }: WebhookPolicy,
  { exclusions = 'default', shimUser, kubernetesVersion }: WebhookConfigurationsOptions,
): V1MatchCondition[] {
  const own = exclusionConditions(exclusions, { shimUser, kubernetesVersion })
  const taken = matchConditions.find(({ name }) => name.startsWith(EXCLUSION_PREFIX))
  if (taken !== undefined) {
    throw refuse(
      `policy ${id}: matchConditions: the name '${taken.name}' is reserved`,
      `Use another prefix than ${EXCLUSION_PREFIX}`,
    )
  }
  if (own.length + matchConditions.length > MAX_MATCH_CONDITIONS) {
    const counted = `${matchConditions.length}, and ${own.length} for the default exclusions`
    throw refuse(
      `policy ${id}: matchConditions: ${counted}, are more than ${MAX_MATCH_CONDITIONS}`,
      'Join some with &&.',
    )
  }
  return [...own, ...matchConditions.map(({ name, expression }) => ({ name, expression }))]
}

function sortById(policies: readonly WebhookPolicy[]): WebhookPolicy[] {
  const sorted = policies.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
  const twice = sorted.find(({ id }, index) => id === sorted[index + 1]?.id)
  if (twice !== undefined) throw refuse(`two policies have the id '${twice.id}'`, 'Rename one of them.')
  return sorted
}

function refuse(message: string, hint: string): GatehouseError {
  return new GatehouseError('ERR_PLUGIN_OPTIONS', message, { hint })
}
