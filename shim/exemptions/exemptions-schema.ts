import * as z from 'zod'
import { fields } from '../../util/schema/fields.ts'

// groups that the API server itself puts everybody into
const EVERYBODY = ['system:authenticated', 'system:unauthenticated']

const plain = z
  .string()
  .min(1)
  .refine((value) => !value.includes('*'), {
    error: ({ input }) => `is "${input}"; only names may end in *, everything else is compared as it is`,
  })

const name = z
  .string()
  .min(1)
  .refine((value) => /^[^*]+\*?$/.test(value), {
    error: ({ input }) =>
      input === '*' ? 'is "*", which is every name; leave it away' : `is "${input}"; a * may stand only at the end`,
  })

// https://www.rfc-editor.org/rfc/rfc3339#section-5.6
const instant = z.iso.datetime({
  offset: true,
  error: ({ input }) => `is ${JSON.stringify(input)}; must be a time as 2026-12-31T00:00:00Z`,
})

const exemption = fields(
  {
    namespaces: z.array(plain).min(1).exactOptional(),
    users: z.array(plain).min(1).exactOptional(),
    groups: z.array(plain).min(1).exactOptional(),
    names: z.array(name).min(1).exactOptional(),
    until: instant.exactOptional(),
    reason: z.string().trim().min(1).max(1000),
  },
  {
    // an ignored condition would exempt more than was meant
    unknown: 'refuse',
    check(value, report) {
      const message = describeTooWide(value)
      if (message !== undefined) report('', message)
    },
  },
)

/** The `exemptions` of a policy. */
export const exemptionsSchema = z.array(exemption).max(100)

function describeTooWide({ namespaces, users, groups, names }: Readonly<Record<string, unknown>>): string | undefined {
  if ([namespaces, users, names].some((given) => given !== undefined)) return undefined
  if (groups === undefined)
    return 'exempts every request; say whom or what it is for with namespaces, users, groups or names'
  const everybody = Array.isArray(groups) ? groups.find((group) => EVERYBODY.includes(String(group))) : undefined
  return everybody === undefined
    ? undefined
    : `exempts every request of ${everybody}; add namespaces, users or names, or name another group`
}
