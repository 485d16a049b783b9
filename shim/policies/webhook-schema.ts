import * as z from 'zod'
import { fields } from '../../util/schema/fields.ts'
import { webhookRulesSchema } from '../../util/schema/rules.ts'
import type { WebhookFields } from '../../util/webhook-fields.ts'
import { isQualifiedName, selectorSchema } from './selector-schema.ts'

const matchConditions = z
  .array(
    fields(
      {
        name: z.string().refine(isQualifiedName, { error: ({ input }) => `is "${input}", which is no qualified name` }),
        expression: z.string().min(1),
      },
      { unknown: 'refuse' },
    ),
  )
  .max(64)
  .superRefine((conditions, context) => {
    const seen = new Set<string>()
    for (const [index, { name }] of conditions.entries()) {
      if (seen.has(name))
        context.addIssue({ code: 'custom', path: [index, 'name'], message: `"${name}" is there twice` })
      seen.add(name)
    }
  })

/** The fields of one webhook entry that an operator may set, beside `rules`. */
const OPTIONAL_WEBHOOK_SHAPE = {
  failurePolicy: z.enum(['Fail', 'Ignore']).exactOptional(),
  matchPolicy: z.enum(['Exact', 'Equivalent']).exactOptional(),
  objectSelector: selectorSchema.exactOptional(),
  namespaceSelector: selectorSchema.exactOptional(),
  matchConditions: matchConditions.exactOptional(),
  // anything else would make the API server refuse dry runs
  sideEffects: z.enum(['None', 'NoneOnDryRun']).exactOptional(),
  timeoutSeconds: z.int().min(1).max(30).exactOptional(),
  reinvocationPolicy: z.enum(['Never', 'IfNeeded']).exactOptional(),
  mutates: z.literal('metadata').exactOptional(),
}

/** The webhook fields of a policy that is always registered. */
export const REGISTERED_SHAPE = { rules: webhookRulesSchema, ...OPTIONAL_WEBHOOK_SHAPE }

/** The webhook fields of a policy that may be served only. */
export const SERVED_SHAPE = { rules: webhookRulesSchema.exactOptional(), ...OPTIONAL_WEBHOOK_SHAPE }

const WEBHOOK_KEYS = Object.keys(REGISTERED_SHAPE) as (keyof WebhookFields)[]

/** The webhook fields among all fields of an entry; nothing without rules. */
export function pickWebhookFields(entry: Partial<WebhookFields>): WebhookFields | undefined {
  const { rules } = entry
  if (rules === undefined) return undefined
  const given = WEBHOOK_KEYS.filter((key) => entry[key] !== undefined)
  return { ...Object.fromEntries(given.map((key) => [key, entry[key]])), rules }
}

type Report = (field: string, message: string) => void

/** What no single field shows: an evaluation longer than the API server waits, and fields that would do nothing. */
export function checkTimeouts(entry: Readonly<Record<string, unknown>>, report: Report): void {
  const { rules, timeoutEvalSeconds, timeoutSeconds = rules === undefined ? undefined : 10 } = entry
  if (typeof timeoutEvalSeconds !== 'number' || typeof timeoutSeconds !== 'number') return
  if (timeoutEvalSeconds > timeoutSeconds)
    report(
      'timeoutEvalSeconds',
      `is ${timeoutEvalSeconds}, longer than the API server waits (timeoutSeconds: ${timeoutSeconds})`,
    )
}

/** Webhook fields that stand without rules, or those of mutating policies on one that may not mutate. */
export function checkUseless(entry: Readonly<Record<string, unknown>>, report: Report): void {
  checkOrphans(entry, report)
  if (entry['rules'] !== undefined && entry['allowedToMutate'] !== true)
    for (const key of ['reinvocationPolicy', 'mutates'] as const)
      if (entry[key] !== undefined) report(key, 'is for mutating policies; set allowedToMutate: true or remove it')
}

/** Webhook fields that stand without rules. */
export function checkOrphans(entry: Readonly<Record<string, unknown>>, report: Report): void {
  if (entry['rules'] !== undefined) return
  for (const key of WEBHOOK_KEYS)
    if (entry[key] !== undefined) report(key, 'does nothing without rules; add rules or remove it')
}
