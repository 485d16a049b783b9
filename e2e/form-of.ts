import type { ShimStatus } from '../shim/admin/admin-api.ts'
import type { WebhookForm } from '../shim/api-registration/decide-form.ts'

/** How the webhook objects lead to the policies, as whoever writes them says; nobody else knows. */
export function formOf(status: ShimStatus | undefined): WebhookForm | undefined {
  const objects = status?.registration.apiObjects
  return objects?.writes === true && objects.registered !== undefined ? objects.form : undefined
}
