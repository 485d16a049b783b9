import { GatehouseError } from '../util/errors.ts'
import type { WebhookFields } from '../util/webhook-fields.ts'

/** What a webhook entry needs to know of a policy. */
export interface WebhookPolicy extends WebhookFields {
  readonly id: string
  /** Registered as a mutating webhook if set, else as a validating one. */
  readonly mutating: boolean
  /** What an evaluation may take, if the policy has a limit of its own. */
  readonly timeoutEvalSeconds?: number
}

/** By the bytes of their ids: the order in which mutating policies are asked. */
export function sortById(policies: readonly WebhookPolicy[]): WebhookPolicy[] {
  const sorted = policies.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)))
  const twice = sorted.find(({ id }, index) => id === sorted[index + 1]?.id)
  if (twice === undefined) return sorted
  throw new GatehouseError('ERR_PLUGIN_OPTIONS', `two policies have the id '${twice.id}'`, {
    hint: 'Rename one of them.',
  })
}
