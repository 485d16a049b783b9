import type { GroupVersionResource, RequestAttributes } from '../../evaluator/request-attributes.ts'
import { escapeControls } from '../../util/one-line.ts'
import { cutText } from './cut-text.ts'
import type { Decision, PolicyDecision } from './decision.ts'

/** What stands for a message that may quote what nobody must read. */
export const REDACTED = '(redacted)'

/** One line of JSON, its end included. It holds nothing of the object but what names it. */
export function toDecisionLine({ at, origin, uid, attributes, policies, ...outcome }: Decision): string {
  const isSecret = attributes !== undefined && holdsSecrets(attributes)
  const hide = <T extends { readonly reason?: string }>(told: T): T =>
    isSecret && told.reason !== undefined ? { ...told, reason: REDACTED } : told
  const hideCauses = ({ causes, ...told }: PolicyDecision): PolicyDecision =>
    causes === undefined ? told : { ...told, causes: causes.map(hide) }
  const line = {
    timestamp: at.toISOString(),
    origin,
    uid: cutText(uid),
    ...(attributes && describeRequest(attributes)),
    policies: policies.map((policy) => hideCauses(hide(policy))),
    ...hide(outcome),
  }
  return `${escapeControls(JSON.stringify(line))}\n`
}

function describeRequest(attributes: RequestAttributes): Record<string, string | boolean> {
  const { userName, operation, subResource, namespace, name, dryRun = false } = attributes
  // as the client named it
  const { group, version, resource } = attributes.requestResource ?? attributes.resource
  const { kind } = attributes.requestKind ?? attributes.kind
  const texts = { user: userName, operation, apiGroup: group, apiVersion: version, resource, subresource: subResource }
  const given = Object.entries({ ...texts, kind, namespace, name }).flatMap(([key, text]) =>
    text === undefined || text === '' ? [] : [[key, cutText(text)] as const],
  )
  return { ...Object.fromEntries(given), dryRun }
}

/** Whose objects are credentials. A policy's message about one may quote it. */
const SECRET_RESOURCES = new Set(['/secrets', '/serviceaccounts/token', 'authentication.k8s.io/tokenreviews'])

/** Whether a message about the request may quote a credential. */
export function holdsSecrets({ resource, requestResource, subResource }: RequestAttributes): boolean {
  return [resource, requestResource].some((named) => named !== undefined && isSecret(named, subResource))
}

function isSecret({ group, resource }: GroupVersionResource, subResource: string | undefined): boolean {
  const name = `${group}/${resource}`
  return SECRET_RESOURCES.has(name) || (subResource !== undefined && SECRET_RESOURCES.has(`${name}/${subResource}`))
}
