import type { WebhookConfigurations, WebhookConfigurationsOptions } from '../../plugin/webhook-configurations.ts'

/** The policy sets that a shim answers for, as whoever registers them sees them. */
export interface OfferedSets {
  /** The digest of the set in force. */
  readonly current: string
  /** All that are answered, this one among them. */
  readonly digests: readonly string[]
  /** What registers a set; undefined when it is not there any more. */
  configurationsOf(digest: string, surroundings: Surroundings): WebhookConfigurations | undefined
}

/** What the cluster has besides the policies. */
export type Surroundings = Required<Pick<WebhookConfigurationsOptions, 'caBundle' | 'aggregatedGroups' | 'client'>>
