import * as z from 'zod'
import { fields } from '../../util/schema/fields.ts'

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** `name` or `example.com/name`: label keys and match condition names. */
export function isQualifiedName(text: string): boolean {
  const slash = text.lastIndexOf('/')
  const prefix = text.slice(0, Math.max(slash, 0))
  return NAME.test(text.slice(slash + 1)) && (slash < 0 || isSubdomain(prefix))
}

/** A DNS subdomain: what Kubernetes asks of most object names. */
export const isSubdomain = (text: string) => text.length <= 253 && SUBDOMAIN.test(text)

const isLabelValue = (text: string) => text === '' || NAME.test(text)

const labelKey = z.string().refine(isQualifiedName, { error: ({ input }) => `is "${input}", which is no label key` })
const labelValue = z.string().refine(isLabelValue, { error: ({ input }) => `is "${input}", which is no label value` })

const requirement = fields(
  {
    key: labelKey,
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    values: z.array(labelValue).exactOptional(),
  },
  {
    unknown: 'refuse',
    check({ operator, values }, report) {
      const given = Array.isArray(values) ? values.length : 0
      if ((operator === 'In' || operator === 'NotIn') && given === 0)
        report('values', `is missing, which ${operator} needs`)
      if ((operator === 'Exists' || operator === 'DoesNotExist') && given > 0)
        report('values', `must be absent with ${operator}`)
    },
  },
)

/**
 * A label selector, checked as the API server will. Unknown keys are refused: `{app: web}` instead of
 * `{matchLabels: {app: web}}` would select everything.
 */
export const selectorSchema = fields(
  {
    matchLabels: z.record(labelKey, labelValue).exactOptional(),
    matchExpressions: z.array(requirement).exactOptional(),
  },
  { unknown: 'refuse' },
)
