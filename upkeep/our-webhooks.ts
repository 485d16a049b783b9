import { isRecord } from '../util/record.ts'
import type { ApiObject } from './api-reader.ts'

const KINDS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']

/** Whether an object is a webhook configuration that Gatehouse wrote: by its name, and by the label that says who manages it. */
export function isOurs({ kind, metadata }: ApiObject, knownKind?: string): boolean {
  if (!KINDS.includes(String(kind ?? knownKind)) || !isRecord(metadata)) return false
  const { name, labels } = metadata
  const isNamed = typeof name === 'string' && /^gatehouse(?:[.-]|$)/.test(name)
  return isNamed && isRecord(labels) && labels['app.kubernetes.io/managed-by'] === 'gatehouse'
}

/** One entry of a webhook configuration, as far as the API server comes by URL. */
export interface UrlWebhook {
  readonly name: string
  readonly url: URL
  /** PEM; empty when there is none. */
  readonly caBundle: string
  readonly groups: readonly string[]
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[]
}

/** The entries of a webhook configuration that have a URL. */
export function listUrlWebhooks({ webhooks }: ApiObject): UrlWebhook[] {
  const entries = Array.isArray(webhooks) ? webhooks.filter(isRecord) : []
  return entries.flatMap(({ name, clientConfig, rules, matchConditions }) => {
    const { url, caBundle } = isRecord(clientConfig) ? clientConfig : {}
    const parsed = typeof url === 'string' ? URL.parse(url) : null
    if (parsed === null) return []
    const pem = Buffer.from(String(caBundle ?? ''), 'base64').toString('utf8')
    const conditions = conditionsOf(matchConditions)
    return [{ name: String(name), url: parsed, caBundle: pem, groups: groupsOf(rules), matchConditions: conditions }]
  })
}

function groupsOf(rules: unknown): string[] {
  const groups = Array.isArray(rules) ? rules.filter(isRecord).flatMap(({ apiGroups }) => apiGroups) : []
  return [...new Set(groups.map(String))]
}

function conditionsOf(matchConditions: unknown): UrlWebhook['matchConditions'] {
  const conditions = Array.isArray(matchConditions) ? matchConditions.filter(isRecord) : []
  return conditions.map(({ name, expression }) => ({ name: String(name), expression: String(expression) }))
}

/** The name of an object, for a message. */
export function nameOf({ metadata }: ApiObject): string {
  return isRecord(metadata) ? String(metadata['name']) : ''
}
